"""The model for Splink: what is compared and how, which rows are compared at all, and how it learns without labels."""

import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import Linker, SettingsCreator, block_on

Comparison = comparisons.CustomComparison


def null(column: str) -> levels.NullLevel:
    return levels.NullLevel(column)


def same(column: str) -> levels.CustomLevel:
    """Equal, the rarer the value the better."""
    return levels.ExactMatchLevel(column, term_frequency_adjustments=True)


def when(condition: str, said: str) -> levels.CustomLevel:
    return levels.CustomLevel(condition, label_for_charts=said)


def against(condition: str, said: str, *, m: float, u: float) -> levels.CustomLevel:
    """What training cannot tell, because it goes along with what speaks for: set by hand."""
    return when(condition, said).configure(m_probability=m, u_probability=u, fix_m_probability=True, fix_u_probability=True)


GIVEN = Comparison(
    output_column_name="given",
    comparison_levels=[
        null("given"),
        same("given"),
        when("least(length(given_l), length(given_r)) = 1 and initial_l = initial_r", "initial of the other"),
        when("jaro_winkler_similarity(given_l, given_r) >= 0.88", "alike"),
        when("given_l = family_r or given_r = family_l", "the other's family name"),
        when("initial_l = initial_r", "same initial"),
        levels.ElseLevel(),
    ],
)
FAMILY = Comparison(
    output_column_name="family",
    comparison_levels=[
        null("family"),
        same("family"),
        when("damerau_levenshtein(family_l, family_r) = 1 and length(family_l) > 3", "one slip"),
        when("jaro_winkler_similarity(family_l, family_r) >= 0.9", "alike"),
        when("given_l = family_r and given_r = family_l", "changed about"),
        when("contains(family_l, family_r) or contains(family_r, family_l)", "one within the other"),
        levels.ElseLevel(),
    ],
)
MAIL = Comparison(
    output_column_name="mail",
    comparison_levels=[
        null("mail"),
        same("mail"),
        when("mail_local_l = mail_local_r and mail_house_l = mail_house_r", "another domain of the house"),
        against("mail_name_l = mail_name_r and mail_house_l = mail_house_r", "another number at the house", m=0.0001, u=0.001),
        # The first letter is mostly all that an address has of the given name: no slip is believed there.
        when(
            "damerau_levenshtein(mail_l, mail_r) <= 2 and damerau_levenshtein(mail_local_l, mail_local_r) <= 1"
            " and mail_local_l[1] = mail_local_r[1] and mail_name_l != mail_name_r",
            "one slip",
        ),
        against("mail_house_l = mail_house_r", "another at the same house", m=0.002, u=0.02),
        when("mail_house_l is null or mail_house_r is null", "a private one"),
        levels.ElseLevel(),
    ],
)
# A person has one profile: the same name in another counts against, or every namesake would be joined.
PROFILE = Comparison(
    output_column_name="profile",
    comparison_levels=[
        null("profile"),
        same("profile"),
        levels.ElseLevel().configure(m_probability=0.03, fix_m_probability=True),
    ],
)
PHONE = Comparison(
    output_column_name="phones",
    comparison_levels=[null("phones"), levels.ArrayIntersectLevel("phones"), levels.ElseLevel()],
)
COMPANY = Comparison(
    output_column_name="company",
    comparison_levels=[
        when("(company_l is null or company_r is null) and (house_l is null or house_r is null)", "unknown").configure(is_null_level=True),
        same("company"),
        same("house"),
        when(
            "jaro_winkler_similarity(company_l, company_r) >= 0.92"
            " or starts_with(company_l, company_r) or starts_with(company_r, company_l)",
            "alike",
        ),
        when("house_l = company_r or house_r = company_l", "the domain's name"),
        levels.ElseLevel(),
    ],
)
COUNTRY = comparisons.ExactMatch("country")
TITLE = Comparison(
    output_column_name="title",
    comparison_levels=[
        null("title"),
        same("title"),
        when("jaro_winkler_similarity(title_l, title_r) >= 0.85", "alike"),
        levels.ElseLevel(),
    ],
)
BLOCKS = [
    block_on("mail"),
    block_on("profile"),
    block_on("phones", arrays_to_explode=["phones"]),
    block_on("given", "family"),
    block_on("family", "company_start"),
    block_on("family", "house"),
    block_on("given", "company"),
    block_on("given", "house"),
    block_on("initial", "family", "country"),
    block_on("mail_local", "mail_house"),
]
SETTINGS = SettingsCreator(
    link_type="dedupe_only",
    comparisons=[GIVEN, FAMILY, MAIL, PROFILE, PHONE, COMPANY, COUNTRY, TITLE],
    blocking_rules_to_generate_predictions=BLOCKS,
    retain_matching_columns=False,
)


def learn(linker: Linker, *, seed: int) -> None:
    """The prior from exact keys, of which about two fifths of the true pairs have one; u at random; m by expectation and maximisation."""
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("mail"), block_on("profile")], recall=0.4)
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=seed)
    for rule in (block_on("mail"), block_on("given", "family"), block_on("profile"), block_on("family", "company")):
        training.estimate_parameters_using_expectation_maximisation(rule)
