"""Describes the Ruby programs of shares.rb to ../interpreted.py, which has the options."""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(here))
import interpreted  # noqa: E402

# Who may call whom, in shares.rb. What is not listed may not.
CALLERS = {
    "burn": {"work"},
    "work": {"work_a", "work_b", "work_c", "work_a_made", "work_b_made", "work_c_made"},
    "work_a": {"plain", "block in deep", "block in callbacks", "block (2 levels) in fibers", "raise_deep", "block (2 levels) in threads"},
    "work_b": {"plain", "block in deep", "block in callbacks", "block in fibers", "raise_deep", "ensure in raise_deep", "block (2 levels) in threads"},
    "work_c": {"plain", "block in deep", "<=>", "fibers", "rescue in exceptions", "block (2 levels) in threads"},
    "work_a_made": {"block in churn"},
    "work_b_made": {"block in churn"},
    "work_c_made": {"block in churn"},
    "recurse": {"recurse", "deep"},
    "block in deep": {"recurse"},
    "block in callbacks": {"callbacks"},
    "<=>": {"callbacks"},
    "block in fibers": {"fibers"},
    "raise_deep": {"raise_deep", "exceptions"},
    "rescue in exceptions": {"exceptions"},
    "block in churn": {"churn", "block in churn"},  # code that is evaluated is called as what evaluates it
    "plain": {"<main>", "block (2 levels) in forks"},
}
for top in ("deep", "callbacks", "fibers", "exceptions", "churn", "threads", "forks"):
    CALLERS[top] = {"<main>"}

sys.exit(interpreted.main(interpreted.Language(
    name="Ruby", script=os.path.join(here, "shares.rb"), callers=CALLERS,
    roots={"<main>", "block in fibers", "block (2 levels) in threads"}, version=["-v"],
    programs="plain,deep,callbacks,fibers,exceptions,churn,threads,forks")))
