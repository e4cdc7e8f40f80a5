"""Figures in Chinese: 123,456, as statistics are printed: a comma every three digits, as GB/T 15835—2011 has it for long figures."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
