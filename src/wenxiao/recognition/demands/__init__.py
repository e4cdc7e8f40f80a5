"""What a caller asks for, demand by demand, and whether the reply deals with each. Experimental."""

from wenxiao.recognition.demands.reader import DemandReader, find_demands, unanswered

__all__ = ["DemandReader", "find_demands", "unanswered"]
