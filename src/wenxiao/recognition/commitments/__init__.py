"""Promises in official replies and the day each is due. See docs on recognition for what counts as one."""

from wenxiao.recognition.commitments.find import find_commitments, find_many
from wenxiao.recognition.commitments.model import default_model
from wenxiao.recognition.commitments.order import commitments_of, commitments_of_many
from wenxiao.recognition.commitments.settings import Settings, default_settings

__all__ = [
    "Settings",
    "commitments_of",
    "commitments_of_many",
    "default_model",
    "default_settings",
    "find_commitments",
    "find_many",
]
