"""Wenxiao (问效): finds hotline work orders closed on paper only, and follows them until they are done."""

__version__ = "0.1.0"
