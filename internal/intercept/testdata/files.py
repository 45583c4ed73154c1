"""The files of /proc that tell about SCTP, as a program sees them."""
import errno, os, shutil, stat, subprocess, sys

settings, reports = "/proc/sys/net/sctp", "/proc/net/sctp"
failed = 0


def check(what, ok):
    global failed
    print("ok" if ok else "FAILED", what, flush=True)
    failed += not ok


def error(call, *args):
    try:
        call(*args)
    except OSError as e:
        return errno.errorcode[e.errno]
    return "none"


def text(name, **how):
    with open(name, **how) as f:
        return f.read()


def shell(script):
    p = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True)
    return p.returncode, p.stdout


def reading():
    check("a setting", text(settings + "/rto_max") == "60000\n")
    check("a report", text(reports + "/eps") == "report of eps\n")
    check("by the process", text(f"/proc/{os.getpid()}/net/sctp/snmp") == text("/proc/self/net/sctp/snmp") == "report of snmp\n")
    check("of a process that there is not", error(open, "/proc/4194305/net/sctp/snmp") == "ENOENT")
    lines = text("/proc/net/protocols").splitlines()
    check("protocols", lines[0].startswith("protocol ") and lines[1] == "SCTP is one" and any(l.startswith("TCP ") for l in lines))
    check("what there is not", error(open, settings + "/nothing") == error(open, settings + "x") == "ENOENT")
    fd = os.open(settings + "/rto_max", os.O_RDONLY)
    check("in pieces, and again", (os.read(fd, 2), os.read(fd, 9), os.lseek(fd, 0, 0), os.read(fd, 9)) == (b"60", b"000\n", 0, b"60000\n"))
    check("the lowest descriptor, not for writing", fd < 512 and error(os.write, fd, b"1") == "EBADF")
    check("not inherited", not os.get_inheritable(fd))
    os.close(fd)


def looking():
    st = os.stat(settings + "/rto_min")
    check("a file", stat.S_IMODE(st.st_mode) == 0o644 and stat.S_ISREG(st.st_mode) and st.st_size == 0)
    check("a directory", stat.S_ISDIR(os.lstat(reports).st_mode) and stat.S_IMODE(os.stat(reports + "/eps").st_mode) == 0o444)
    check("each its own", len({os.stat(n).st_ino for n in (settings, reports, settings + "/rto_min", settings + "/rto_max")}) == 4)
    check("which is none", error(os.listdir, settings + "/rto_min") == error(open, settings + "/rto_min/") == "ENOTDIR")
    check("may be read", os.access(settings + "/rto_min", os.R_OK) and not os.access(settings + "/rto_min", os.X_OK))
    check("is not there", not os.access(settings + "/nothing", os.F_OK))
    check("listed", sorted(os.listdir(settings)) == ["rto_max", "rto_min"] and sorted(os.listdir(reports)) == ["eps", "snmp"])
    d = os.open(settings, os.O_RDONLY | os.O_DIRECTORY)
    found = os.open("rto_max", os.O_RDONLY, dir_fd=d)
    check("by a descriptor of its directory", os.read(found, 9) == b"60000\n" and os.stat("rto_min", dir_fd=d).st_mode & 0o777 == 0o644)
    os.chdir("/proc/sys/net")
    check("from the directory above", text("sctp/rto_max") == text("../net/sctp/rto_max") == "60000\n")
    os.chdir("/")
    check("for a shell", shell(f"test -e {settings}/rto_min && test -r {settings}/rto_min && test -d {reports} && cat {settings}/rto_*")
          == (0, "60000\n1000\n"))
    if shutil.which("sysctl"):
        check("by sysctl", shell("sysctl -n net.sctp.rto_max") == (0, "60000\n"))
        check("all by sysctl", shell("sysctl net.sctp") == (0, "net.sctp.rto_max = 60000\nnet.sctp.rto_min = 1000\n"))


def writing():
    with open(settings + "/rto_min", "w") as f:
        f.write("700")
    check("takes effect", text(settings + "/rto_min") == "700\n")
    check("by a shell", shell(f"echo 800 > {settings}/rto_min && cat {settings}/rto_min") == (0, "800\n"))
    check("by bash", subprocess.run(["bash", "-c", f"echo 850 >| {settings}/rto_min"]).returncode == 0 and text(settings + "/rto_min") == "850\n")
    check("what is wrong is not", shell(f"echo nonsense 2>&- > {settings}/rto_min")[0] != 0 and text(settings + "/rto_min") == "850\n")
    with open(settings + "/rto_min", "w") as f:
        print(900, file=f)
    if shutil.which("sysctl"):
        check("by sysctl", shell("sysctl -qw net.sctp.rto_min=900") == (0, "") and text(settings + "/rto_min") == "900\n")
    fd = os.open(settings + "/rto_min", os.O_RDWR)
    check("read and written", (os.read(fd, 9), os.read(fd, 9), os.write(fd, b"950\n")) == (b"900\n", b"", 4))
    check("nothing, and too much", error(os.write, fd, b"x") == error(os.write, fd, b"1" * 1000) == "EINVAL")
    low = os.dup2(fd, 100)
    os.write(low, b"960\n")
    check("where calls do not stop", text(settings + "/rto_min") == "960\n")
    os.close(fd)
    os.close(low)
    check("reports are not", error(os.open, reports + "/eps", os.O_WRONLY) == "EACCES")
    check("nor directories", error(os.open, settings, os.O_WRONLY) == "EISDIR")
    check("nor made", error(os.open, settings + "/rto_min", os.O_CREAT | os.O_EXCL) == "EEXIST")
    if not os.fork():
        os.setuid(65534)
        denied = error(os.open, settings + "/rto_min", os.O_WRONLY) == "EACCES" and not os.access(settings + "/rto_min", os.W_OK)
        os._exit(not denied or text(settings + "/rto_min") != "960\n")
    check("by others", os.wait()[1] == 0)


reading()
looking()
if os.getuid() == 0:
    writing()
sys.exit(failed != 0)
