"""Promises in official replies and the day each is due. See docs on recognition for what counts as one."""

from wenxiao.recognition.commitments.find import commitments_of, find_commitments
from wenxiao.recognition.commitments.model import default_model
from wenxiao.recognition.commitments.settings import Settings, default_settings

__all__ = ["Settings", "commitments_of", "default_model", "default_settings", "find_commitments"]
