"""What a caller asks for, demand by demand, and whether the reply deals with each.

Experimental. On 108 labelled messages that nothing was chosen on (`python -m bench.demands`): demands F1 0.45, yes/part/no
right for 0.56 of those found, demands left unanswered F1 0.14, since "no" is said only where it is nearly sure: the
signal fired on 6 of the orders, rightly on 5, of 36 that a reader would name. Half of what the labels list as demands
are complaints without a word of asking. Show it as a help to read by, never as a finding.
"""

from wenxiao.recognition.demands.reader import DemandReader, find_demands, unanswered

#: Shown beside demands wherever a person reads them, as long as the F1 of demands is below 0.7.
EXPERIMENTAL = True

__all__ = ["EXPERIMENTAL", "DemandReader", "find_demands", "unanswered"]
