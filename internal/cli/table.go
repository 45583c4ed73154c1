package cli

import (
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
)

// PrintTable writes rows in columns, without lines between them and without spaces at their ends.
func PrintTable(w io.Writer, rows [][]string) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Box.PaddingLeft = ""
	t.Style().Box.PaddingRight = "  "
	for _, row := range rows {
		cells := make(table.Row, len(row))
		for i, c := range row {
			cells[i] = c
		}
		t.AppendRow(cells)
	}
	for line := range strings.Lines(t.Render()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}
