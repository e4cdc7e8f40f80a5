"""Promises in official replies and the day each is due. See docs on recognition for what counts as one."""

from wenxiao.recognition.commitments.find import find_commitments, find_many
from wenxiao.recognition.commitments.lessons import Clause
from wenxiao.recognition.commitments.lines import Lines
from wenxiao.recognition.commitments.model import default_model
from wenxiao.recognition.commitments.order import clauses_of_many, commitments_of, commitments_of_many
from wenxiao.recognition.commitments.settings import Settings, default_settings

__all__ = [
    "Clause",
    "Lines",
    "Settings",
    "clauses_of_many",
    "commitments_of",
    "commitments_of_many",
    "default_model",
    "default_settings",
    "find_commitments",
    "find_many",
]
