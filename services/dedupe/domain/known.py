"""What is known of domains and mailboxes everywhere; what is peculiar to one data set is learned from it instead."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FREE = words("""
    gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.com.br yahoo.co.in yahoo.co.jp
    ymail.com rocketmail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.es hotmail.it outlook.com outlook.de outlook.fr
    live.com live.co.uk live.fr live.nl msn.com icloud.com me.com mac.com aol.com aim.com proton.me protonmail.com pm.me
    tutanota.com mail.com email.com inbox.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de arcor.de posteo.de
    mailbox.org bluewin.ch orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it tin.it
    terra.com.br uol.com.br bol.com.br ig.com.br telefonica.net ziggo.nl kpnmail.nl planet.nl home.nl telenet.be skynet.be telia.com
    comhem.se wp.pl onet.pl o2.pl interia.pl seznam.cz centrum.cz mail.ru yandex.ru yandex.com list.ru bk.ru inbox.ru rambler.ru
    ukr.net qq.com 163.com 126.com sina.com foxmail.com naver.com daum.net hanmail.net rediffmail.com btinternet.com sky.com
    ntlworld.com virginmedia.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net
    juno.com fastmail.com hushmail.com zoho.com
""")
"""Domains at which anybody can have an address: they say nothing about an employer."""

ROLES = words("""
    info information contact contacts hello hi hey office mail email post team all everyone staff admin administrator administration
    webmaster postmaster hostmaster abuse noreply no-reply donotreply support help helpdesk service services customerservice care
    sales marketing press pr media news newsletter events event billing accounts accounting finance invoice invoices payments orders
    order purchasing procurement legal compliance privacy gdpr security jobs job careers career recruiting recruitment hr people it
    reception enquiries enquiry inquiries inquiry booking bookings reservations shop store partners partner business management
    board ceo founders feedback general main kontakt buero verwaltung vertrieb verkauf einkauf buchhaltung rechnung personal
    bewerbung presse empfang zentrale anfrage sekretariat bonjour accueil commercial ventes achats comptabilite facturation
    direction secretariat rh recrutement contacto informacion ventas compras administracion contabilidad facturacion rrhh recepcion
    comercial hola contatti amministrazione vendite acquisti commerciale segreteria contato vendas comercial financeiro atendimento
    verkoop inkoop administratie boekhouding kontor salg forsaljning biuro sprzedaz
""")
"""Mailboxes of a function, read by whoever has it: no key to a person."""

SOCIAL = words("""
    linkedin.com facebook.com twitter.com x.com instagram.com youtube.com xing.com google.com
""")
"""Sites that hold everybody: no company's own."""

NO_PROFILES = words("unavailable null none unknown")

LEGAL_FORMS = (
    "aktiebolag", "aktiengesellschaft", "gesellschaft mit beschrankter haftung", "mbh", "ug haftungsbeschrankt", "ug", "e k",
    "limited liability company", "private limited", "pvt", "societe anonyme", "societe par actions simplifiee",
    "societe a responsabilite limitee", "sociedad anonima", "sociedad limitada", "s l u", "societa per azioni",
    "societa a responsabilita limitata", "s r l s", "besloten vennootschap", "naamloze vennootschap", "limitada", "sociedade anonima",
    "spolka z ograniczona odpowiedzialnoscia", "spolka akcyjna", "sp z o o", "aktieselskab", "aksjeselskap", "osakeyhtio",
)  # fmt: skip
"""Plain; written out or spaced as cleanco has them not."""

GENERIC = words("""
    academy agency airlines airways association bank banque bundesbank cafe center centre chamber church clinic clinique college
    commerce company construction consultancy consulting council customs education electric embassy energy engineering federation
    finance foundation government group groupe grupo gruppe health holding hospital hotel hotels immobilien industries institut
    institute instituto insurance international investment investments justice klinik logistics manufacturing marketing media ministerio
    ministry museum national petroleum pharma pharmacy pizzeria properties railways research resort restaurant restaurante ristorante
    royal school security service services society software solutions studio supermarket systems technologies technology telecom
    telekom television trading transport trattoria travel union universidad universidade universita universitat universite university
""")
"""Words that say what a company does and not which it is; plain."""

JOINING = words("of de di du des del della do da dos das von van fur for in the")
"""What follows one of these belongs to the name: `Bank of America`."""
