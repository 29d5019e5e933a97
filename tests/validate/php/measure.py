"""Describes the PHP programs of shares.php to ../interpreted.py, which has the options."""
import os
import re
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(here))
import interpreted  # noqa: E402

# Who may call whom, in shares.php. What is not listed may not.
CALLERS = {
    "burn": {"work"},
    "work": {"work_a", "work_b", "work_c"},
    "work_a": {"plain", "{closure}", "Methods::run", "generate", "raise_deep", "include part_a.php"},
    "work_b": {"plain", "{closure}", "Methods::still", "generators", "raise_deep", "include part_b.php"},
    "work_c": {"plain", "{closure}", "Methods::__call", "exceptions", "delegate", "include part_c.php", "fibers"},
    "eval": {"churn"},
    "recurse": {"recurse", "deep"},
    "{closure}": {"recurse", "churn", "array_map", "usort", "preg_replace_callback", "Fiber::start", "Fiber::resume"},
    "array_map": {"callbacks", "{closure}"},
    "usort": {"callbacks"},
    "preg_replace_callback": {"callbacks"},
    "Methods::run": {"methods"},
    "Methods::still": {"methods"},
    "Methods::__call": {"methods"},
    "generate": {"generators"},
    "delegate": {"generators"},
    "raise_deep": {"raise_deep", "exceptions"},
    "include part_a.php": {"includes"},
    "include part_b.php": {"includes"},
    "include part_c.php": {"includes"},
    "Fiber::start": {"fibers"},
    "Fiber::resume": {"fibers"},
    "plain": {"main", "forks"},
}
PROGRAMS = "plain,deep,callbacks,methods,generators,includes,exceptions,fibers,churn,forks"
CALLERS.update({name: {"main"} for name in PROGRAMS.split(",") if name != "plain"})


# From 8.4 on, the name of a closure says where it was made.
def part(name):
    return re.sub(r"^\{closure:.*\}$", "{closure}", name)


sys.exit(interpreted.main(interpreted.Language(
    name="PHP", script=os.path.join(here, "shares.php"), callers=CALLERS,
    roots={"main"}, version=["-v"], programs=PROGRAMS, part=part)))
