"""An independent count of every KPI from the raw events, to hold the live counters against (`python -m services.kpi verify`).

It shares nothing with the fold: it keeps all events of a recipient or contact in a list, and asks the list plain questions as it was
at the end of each local day ("was the last thing said of this step that it is scheduled?"). Slow, and easy to believe.
"""
