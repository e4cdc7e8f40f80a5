"""Learning from people: what verdicts and outcomes add to the shipped model, as a small file that can be taken back."""

from wenxiao.recognition.learning.adjustment import PARTS, Adjustment, BadAdjustment
from wenxiao.recognition.learning.cases import Case, Target, case_of
from wenxiao.recognition.learning.examples import Example, part_figures
from wenxiao.recognition.learning.figures import Figures, figures
from wenxiao.recognition.learning.fitting import TooFewCases, TooFewExamples, fit, fit_shift
from wenxiao.recognition.learning.policy import Policy
from wenxiao.recognition.learning.shift import AS_SHIPPED, Shift

__all__ = [
    "AS_SHIPPED",
    "PARTS",
    "Adjustment",
    "BadAdjustment",
    "Case",
    "Example",
    "Figures",
    "Policy",
    "Shift",
    "Target",
    "TooFewCases",
    "TooFewExamples",
    "case_of",
    "figures",
    "fit",
    "fit_shift",
    "part_figures",
]
