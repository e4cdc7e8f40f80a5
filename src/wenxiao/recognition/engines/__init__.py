"""Where batches are read: on this machine (`local`), or on a cluster (`spark`, loaded only when it is asked for)."""


class ClusterFailed(Exception):
    """A cluster gave up. `reason` is the first line of what it said."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
