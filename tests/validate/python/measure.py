"""Describes the Python programs of shares.py to ../interpreted.py, which has the options."""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(here))
import interpreted  # noqa: E402

# Who may call whom, in shares.py, by the last part of qualified names. What is not listed may not.
CALLERS = {
    "burn": {"work"},
    "work": {"work_a", "work_b", "work_c", "work_a_made", "work_b_made", "work_c_made"},
    "work_a": {"plain", "then_a", "generate", "by_key", "raise_deep", "run", "part"},
    "work_b": {"plain", "then_b", "generators", "by_match", "raise_deep", "run", "part"},
    "work_c": {"plain", "then_c", "delegate", "__lt__", "exceptions", "run", "part"},
    "work_a_made": {"<module>"},
    "work_b_made": {"<module>"},
    "work_c_made": {"<module>"},
    "recurse": {"recurse", "deep"},
    "then_a": {"recurse"},
    "then_b": {"recurse"},
    "then_c": {"recurse"},
    "generate": {"delegate"},
    "delegate": {"generators"},
    "by_key": {"callbacks"},
    "by_match": {"sub"},
    "__lt__": {"callbacks"},
    "raise_deep": {"raise_deep", "exceptions"},
    "part": {"_run"},
    "plain": {"<module>", "child"},
    "child": {"run"},
}
TOP = {"deep", "generators", "callbacks", "exceptions", "churn", "threads", "forks", "coroutines"}
CALLERS.update({name: {"<module>"} for name in TOP})


def last_part(name):
    return name.rsplit(".", 1)[-1] if not name.startswith("<") else name


sys.exit(interpreted.main(interpreted.Language(
    name="Python", script=os.path.join(here, "shares.py"), callers=CALLERS,
    roots={"<module>", "_bootstrap"}, version=["-V"], part=last_part, seconds=3,
    programs="plain,deep,generators,callbacks,exceptions,churn,threads,forks,coroutines")))
