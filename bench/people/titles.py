"""Posts, and the words for each."""

TITLES: tuple[tuple[str, ...], ...] = tuple(
    tuple(post.split("|"))
    for post in (
        "Chief Executive Officer|CEO|C.E.O.|Managing Director|MD|Geschäftsführer",
        "Founder|Co-Founder|Founder & CEO",
        "Chief Financial Officer|CFO|Finance Chief",
        "Chief Technology Officer|CTO",
        "Chief Marketing Officer|CMO",
        "Vice President of Sales|VP Sales|VP, Sales|Vice President Sales|V.P. Sales",
        "Sales Manager|Sales Mgr|Mgr, Sales|Manager Sales",
        "Head of Marketing|Marketing Head|Marketing Lead",
        "Marketing Specialist|Mktg Specialist",
        "Human Resources Manager|HR Manager|People Manager",
        "Project Manager|Project Mgr|PM|PMP Project Manager",
        "Product Manager|Product Mgr|PM",
        "Software Engineer|Software Developer|SWE",
        "Senior Software Engineer|Sr. Software Engineer|Sr Software Eng|Senior SWE",
        "Data Scientist|Sr Data Scientist",
        "IT Director|Director of IT|Director, Information Technology",
        "Operations Director|Director of Operations|Dir. Operations",
        "Purchasing Manager|Procurement Manager|Einkaufsleiter",
        "Plant Manager|Werksleiter",
        "Business Development Manager|Biz Dev Manager|BDM",
        "Account Executive|Acct. Executive|AE",
        "Customer Success Manager|CSM",
        "Consultant|Senior Consultant|Advisor",
        "Office Manager|Office Mgr",
        "Financial Controller|Controller",
    )
)
