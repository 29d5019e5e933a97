"""Other profilers of interpreted programs, and prof-record as one of them: how each is attached, what it writes.

Those that are neither in PATH nor in PY_SPY, RBSPY or PHPSPY are left out, with a word on standard error.
"""
import os
import re
import shutil
import sys


class Peer:
    """A profiler that writes folded stacks with counts of samples."""

    def __init__(self, name, command, frame=str, lost=None):
        self.name, self.command, self.frame, self.lost = name, command, frame, lost

    def stacks(self, path):
        """Stacks, the outermost function first, and how many samples have each."""
        with open(path, errors="replace") as f:
            for line in f:
                stack, _, n = line.rstrip("\n").rpartition(" ")
                if stack:
                    yield [self.frame(name) for name in stack.split(";")], int(n)

    def failures(self, said):
        """Samples that the profiler says it could not take."""
        return sum(int(n) for n in re.findall(self.lost, said)) if self.lost else 0


class Recorder(Peer):
    """prof-record, whose values are nanoseconds."""

    def __init__(self, path, hz, language):
        super().__init__("prof-record", lambda pid, out: [
            path, "-v", "-p", pid, "--children", "-F", str(hz), "-t", "folded", "-o", out])
        self.hz, self.language = hz, language

    def stacks(self, path):
        for stack, value in super().stacks(path):
            yield stack, round(value * self.hz / 1e9)

    def failures(self, said):
        """Samples in the evaluator that do not have all functions."""
        whole = re.search(self.language + r": (\d+) samples, ([\d.]+)% with all functions", said)
        return round(int(whole.group(1)) * (1 - float(whole.group(2)) / 100)) if whole else 0


class Phpspy(Peer):
    """phpspy, which writes a line for each frame, the innermost first, and an empty one after each stack."""

    @staticmethod
    def function(line):
        _, name, place = line.split(" ", 2)
        file = os.path.basename(place.rpartition(":")[0])
        if "eval()'d" in place and name == "<main>":
            return "eval"
        if name == "<main>" and file != "<internal>":
            return "include " + file if file.startswith("part_") else "main"
        return name

    def stacks(self, path):
        frames = []
        with open(path, errors="replace") as f:
            for line in f:
                line = line.rstrip("\n")
                if line and not line.startswith("#"):
                    frames.insert(0, self.function(line))
                elif frames:
                    yield frames, 1
                    frames = []


class Tachyon(Peer):
    """CPython's own sampler, which says the failures as a rate."""

    def failures(self, said):
        found = re.search(r"Captured (\d+) samples.*?Error rate: ([\d.]+)", said, re.S)
        return round(int(found.group(1)) * float(found.group(2)) / 100) if found else 0


def py_spy_function(name):
    """Of "name (file:line)"."""
    return re.sub(r" \([^()]*\)$", "", name)


def tachyon_function(name):
    """Of "file:name:line"."""
    parts = name.rsplit(":", 2)
    return parts[1] if len(parts) == 3 else name


def rbspy_function(name):
    """Of "name - file:line"."""
    return name.rpartition(" - ")[0] or name


def found(variable, name):
    path = os.environ.get(variable) or shutil.which(name)
    if not path:
        print(f"{name} is left out: it is not in PATH, and {variable} does not have its path", file=sys.stderr)
    return path


def of_python(hz, interpreter, version):
    spy, peers = found("PY_SPY", "py-spy"), []
    for options in ([], ["--native"]) if spy else ():
        peers.append(Peer(" ".join(["py-spy", *options]), lambda pid, out, options=options: [
            spy, "record", *options, "--subprocesses", "-r", str(hz), "-f", "raw", "-o", out, "-p", pid],
            py_spy_function, r"Errors: (\d+)"))
    if version >= (3, 15):
        peers.append(Tachyon("Tachyon", lambda pid, out: [
            *interpreter, "-m", "profiling.sampling", "attach", "-a", "--mode", "cpu", "--subprocesses", "-r", str(hz),
            "--collapsed", "-o", out, pid], tachyon_function))
    else:
        print("Tachyon is left out: it is part of Python 3.15", file=sys.stderr)
    return peers


def of_ruby(hz, interpreter, version):
    spy = found("RBSPY", "rbspy")
    return [Peer("rbspy", lambda pid, out: [
        spy, "record", "--silent", "--subprocesses", "-r", str(hz), "-o", "collapsed", "-f", out,
        "--raw-file", out + ".raw", "-p", pid], rbspy_function)] if spy else []


def of_php(hz, interpreter, version):
    spy = found("PHPSPY", "phpspy")
    return [Phpspy("phpspy", lambda pid, out: [
        spy, "-H", str(hz), "-b", "262144", "-o", out, "-p", pid])] if spy else []


def peers(prof_record, hz, language, interpreter, version):
    """prof-record and what else there is for the language, by the name that prof-record's notes have."""
    others = {"Python": of_python, "Ruby": of_ruby, "PHP": of_php}[language]
    return [Recorder(prof_record, hz, language), *others(hz, interpreter, version)]
