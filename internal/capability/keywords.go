package capability

import (
	"regexp"
	"strings"
)

var (
	// sectionHeading matches a heading in the text of an RFC, which begins in the first column.
	sectionHeading = regexp.MustCompile(`^(?:(\d+(?:\.\d+)*)\.?|Appendix ([A-Z])\.?|([A-Z](?:\.\d+)+)\.?)\s+\S`)
	// pageBreak matches what separates pages in older RFCs.
	pageBreak = regexp.MustCompile(`^\f|\[Page \d+\]\s*$|^(?:RFC \d+|Internet-Draft)\s.*\d{4}$`)
	keyword   = regexp.MustCompile(`\b(?:MUST|SHALL|REQUIRED|SHOULD|RECOMMENDED)\b`)
	// convention matches the paragraph that says what the keywords mean; it asks for nothing itself.
	convention = regexp.MustCompile(`(?i)\bkey ?words\b`)
)

// Keywords counts the keywords of RFC 2119 in the text of a specification, by section. What comes before the first section,
// such as the abstract, only says beforehand what the sections ask for.
func Keywords(text string) map[string]Count {
	counts := make(map[string]Count)
	section := ""
	var paragraph strings.Builder
	flush := func() {
		if p := paragraph.String(); section != "" && !convention.MatchString(p) {
			for _, k := range keyword.FindAllString(p, -1) {
				c := counts[section]
				switch k {
				case "SHOULD", "RECOMMENDED":
					c.Should++
				default:
					c.Must++
				}
				counts[section] = c
			}
		}
		paragraph.Reset()
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if pageBreak.MatchString(line) {
			continue
		}
		if m := sectionHeading.FindStringSubmatch(line); m != nil {
			flush()
			section = m[1] + m[2] + m[3]
			continue
		}
		if strings.TrimSpace(line) == "" {
			flush()
			continue
		}
		paragraph.WriteString(line + "\n")
	}
	flush()
	return counts
}
