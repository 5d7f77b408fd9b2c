"""What sources call their columns, in the languages we have met. Compared without case, accents and punctuation, in Latin letters."""

from schemas.fields import DataField


def names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(","))


NAMES: dict[DataField, tuple[str, ...]] = {
    DataField.ROW_ID: names("""
        id, record id, row id, contact id, lead id, person id, external id, subscriber id, member id, uid, uuid, guid, badge no, badge
        number, nr, no, nummer, kundennummer, kontakt id, identifiant, numero, codigo, codice
    """),
    DataField.GIVEN_NAME: names("""
        first name, firstname, first, given name, given, forename, fname, vorname, rufname, prenom, nombre de pila, primer nombre,
        nome proprio, primeiro nome, voornaam, fornamn, fornavn, imie, etunimi, jmeno, imya, im ya, onoma
    """),
    DataField.FAMILY_NAME: names("""
        last name, lastname, last, surname, family name, family, lname, nachname, familienname, zuname, nom de famille, apellido, apellidos,
        cognome, sobrenome, apelido, achternaam, efternamn, efternavn, etternavn, nazwisko, sukunimi, prijmeni, familiya, prizvishche,
        eponymo, epitheto
    """),
    DataField.FULL_NAME: names("""
        name, full name, fullname, contact, contact name, person, lead, lead name, attendee, attendee name, participant, display name,
        your name, ansprechpartner, teilnehmer, kontakt, vollstandiger name, vor und nachname, nom, nom complet, nom et prenom,
        participante, asistente, nombre, nombre completo, nome, nome completo, nome e cognome, contatto, naam, volledige naam, namn,
        navn, imie i nazwisko, nimi, fio, f i o, polnoe imya, kontaktnoe litso, pib, onomateponymo, xingming, shiming, mingqian
    """),
    DataField.TITLE: names("""
        title, job title, jobtitle, job, position, role, function, job function, occupation, designation, beruf, berufsbezeichnung,
        funktion, stelle, jobtitel, fonction, poste, intitule du poste, cargo, puesto, ruolo, qualifica, mansione, funcao, functie,
        functietitel, befattning, titel, stilling, stanowisko, dolzhnost, posada, thesi, zhiwei
    """),
    DataField.HEADLINE: names("headline, profile headline, tagline, bio"),
    DataField.EMAIL: names("""
        email, e mail, mail, email address, e mail address, emailaddress, contact email, primary email, e mail adresse, emailadresse,
        mailadresse, courriel, adresse e mail, adresse mail, adresse electronique, correo, correo electronico, indirizzo email, posta
        elettronica, endereco de email, e mailadres, e postadress, e post, adres e mail, sahkoposti,
        pochta, elektronnaya pochta, el pochta, poshta, elektronna poshta, youxiang, dianziyoujian, meruatoresu
    """),
    DataField.WORK_EMAIL: names("""
        work email, business email, company email, professional email, corporate email, geschaftliche e mail, e mail geschaftlich, email
        professionnel, correo profesional, correo de trabajo, email aziendale, zakelijk e mailadres
    """),
    DataField.PRIVATE_EMAIL: names("""
        private email, personal email, home email, private e mail, e mail privat, email personnel, correo personal, email personale,
        prive e mail
    """),
    DataField.PHONE: names("""
        phone, phone number, telephone, tel, work phone, business phone, office phone, direct phone, direct dial, telefon,
        telefonnummer, rufnummer, durchwahl, festnetz, telephone fixe, telefono, telefono fijo, telefone, telefoon, telefoonnummer,
        telefonnr, puhelin, rabochii telefon, tilefono, dianhua, dianhuafanhao
    """),
    DataField.MOBILE: names("""
        mobile, mobile phone, mobile number, mobile phone number, cell, cell phone, cellphone, handy, handynummer, mobil, mobilnummer,
        mobiltelefon, portable, telephone portable, movil, telefono movil, celular, cellulare, telemovel, mobiel, mobiele nummer,
        komorka, telefon komorkowy, mobil nyi, mobil nyi telefon, sotovyi, mobil nii, mobil nii telefon, kinito, shouji
    """),
    DataField.LINKEDIN: names("""
        linkedin, linkedin url, linkedin profile, linkedin profile url, linkedin link, li profile, profile url, profile link, linkedin
        profil, profil linkedin, perfil de linkedin, perfil linkedin, profilo linkedin, person linkedin url
    """),
    DataField.TWITTER: names("twitter, twitter handle, twitter url, twitter username, x handle, x url"),
    DataField.CITY: names("""
        city, town, stadt, ort, wohnort, ville, ciudad, localidad, citta, cidade, stad, plaats, by, miasto, gorod, misto, poli, chengshi
    """),
    DataField.COUNTRY: names("""
        country, country region, country code, nation, land, pays, pais, paese, nazione, kraj, maa, zeme,
        strana, kraina, chora, guojia
    """),
    DataField.LOCATION: names("location, region, place, standort, lieu, localisation, ubicacion, localita, localizacao, locatie"),
    DataField.COMPANY_NAME: names("""
        company, company name, organisation, organization, organisation name, organization name, employer, account, account
        name, current company, business, business name, firm, firm name, firma, firmenname, firmierung, unternehmen,
        unternehmensname, arbeitgeber, entreprise, societe, nom de l entreprise, raison sociale, empresa, nombre de la empresa,
        compania, azienda, societa, ragione sociale, nome da empresa, bedrijf, bedrijfsnaam, organisatie, foretag, virksomhed,
        yritys, kompaniya, organizatsiya, nazvanie kompanii, etaireia, gongsi, huisheming
    """),
    DataField.COMPANY_WEBSITE: names("""
        website, web site, website url, web, homepage, company website, company url, company domain, domain, company domain name,
        webseite, internetseite, internet, site web, site internet, sitio web, pagina web, sito web, sito, site, dominio,
        bedrijfswebsite, hemsida, hjemmeside, strona www, www, sait, veb sait, vebsait, istoselida, wangzhan
    """),
    DataField.UPDATED_AT: names("""
        updated at, updated, last updated, last modified, last modified date, modified, modified at, last change, last activity date,
        scraped at, collected at, signup date, sign up date, signed up, subscribed at, registered at, registration date, created,
        created at, date, timestamp, geandert am, letzte anderung, registriert am, angemeldet am, erstellt am, datum, stand, date de
        modification, modifie le, date d inscription, inscrit le, fecha, fecha de alta, fecha de registro, fecha de modificacion, data,
        data di iscrizione, data di registrazione, data de cadastro, gewijzigd op, registratiedatum
    """),
}

BARE = frozenset(names("name, nom, naam, namn, navn, nazwisko, nombre, nome, imie"))
"""Alone they mean the full name; beside a column for one half of it, the other half."""
OTHERS_ID = frozenset(names("company, account, organisation, organization, owner, parent, firma, campaign, user, deal"))
"""`Company id` does not name the row."""
CODES = frozenset(names("cap, cep, cp, psc"))
"""Columns of postcodes, if they are called just so: a `Market cap` is a number."""
CODE_WORDS = frozenset(names("""
    zip, zipcode, postcode, postal, postale, postleitzahl, plz, postnummer, postnr, postinumero, pocztowy, indeks, fax, telefax
""")) | {name for name in (*NAMES[DataField.PHONE], *NAMES[DataField.MOBILE]) if " " not in name}  # fmt: skip
"""In the name of a column they say that its digits are a postcode or a phone, and no number."""
