"""Record linkage: which records are one person, and which company they mean, by a model learned from the records themselves.

    records → traits (what is compared) → candidates (pairs that share a blocking key) → levels (how each field agrees)
            → weights (Fellegi and Sunter's, learned without labels) → clusters of persons → companies

All of it is pure and deterministic: the same set of records gives the same result in any order. Sources: I. Fellegi, A. Sunter,
"A Theory for Record Linkage" (JASA 64, 1969); W. Winkler on term frequencies and EM (1988, 2000); R. Linacre and others, Splink.
"""
