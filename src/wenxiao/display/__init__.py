"""Texts as people may see them: personal numbers masked, dangerous characters taken out, evidence marked.

Pure, and below every room that shows something: files of `reporting/`, pages of `web/`, answers of `orders/`.
Everything here keeps the length of a text, so that offsets of evidence hold in what is shown.
"""
