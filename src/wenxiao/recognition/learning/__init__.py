"""Learning from people: what verdicts and outcomes add to the shipped model, as a small file that can be taken back."""

from wenxiao.recognition.learning.adjustment import Adjustment
from wenxiao.recognition.learning.cases import Case, Target, case_of
from wenxiao.recognition.learning.figures import Figures, figures
from wenxiao.recognition.learning.fitting import TooFewCases, fit
from wenxiao.recognition.learning.policy import Policy

__all__ = ["Adjustment", "Case", "Figures", "Policy", "Target", "TooFewCases", "case_of", "figures", "fit"]
