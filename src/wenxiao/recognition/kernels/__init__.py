"""The loops over every character, compiled when first called and kept on disk from then on.

Each is plain Python that numba compiles: no fast-math, so that sums are those of Python, and whole numbers wherever a sum
could depend on its order. They know arrays only; what the arrays mean is said by their callers.
"""

from wenxiao.recognition.kernels.compiled import compiled

__all__ = ["compiled"]
