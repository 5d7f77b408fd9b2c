"""The kinds of streams that dedupe's events stand in."""

from services.dedupe.domain import company, corrections, judgement, person, recognition, survivorship
from services.dedupe.domain.company import Company
from services.dedupe.domain.corrections import Corrected
from services.dedupe.domain.judgement import Judgement
from services.dedupe.domain.person import Person
from services.dedupe.domain.recognition import Recognition
from services.dedupe.domain.survivorship import Policy
from services.kit.events import Kind

PERSON: Kind[Person] = Kind("person", Person, person.evolve)
COMPANY: Kind[Company] = Kind("company", Company, company.evolve)
JUDGEMENT: Kind[Judgement] = Kind("judgement", Judgement, judgement.evolve)
RECOGNITION: Kind[Recognition] = Kind("recognition", Recognition, recognition.evolve)
RULES: Kind[Policy] = Kind("rules", Policy, survivorship.evolve)
CORRECTED: Kind[Corrected] = Kind("correction", Corrected, corrections.evolve)
