"""What is known of domains and mailboxes everywhere; what is peculiar to one data set is learned from it instead."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FREE = words("""
    hotmail.com outlook.com ymail.com mail.com email.com gmail.com googlemail.com yahoo.com icloud.com me.com mac.com proton.me pm.me
    tuta.io tuta.com keemail.me inbox.com duck.com hey.com mailfence.com runbox.com riseup.net disroot.org startmail.com zoho.com
    appleid.com mozmail.com simplelogin.com mailinator.com yopmail.com guerrillamail.com 10minutemail.com trashmail.com maildrop.cc
    temp-mail.org sharklasers.com web.de t-online.de magenta.de freenet.de arcor.de vodafone.de vodafonemail.de kabelmail.de unitybox.de
    kabelbw.de o2online.de alice-dsl.net online.de onlinehome.de netcologne.de versanet.de ewetel.net ewe.net nexgo.de epost.de
    firemail.de posteo.de posteo.net mailbox.org aon.at chello.at utanet.at a1.net inode.at kabsi.at liwest.at drei.at bluewin.ch
    bluemail.ch hispeed.ch sunrise.ch swissonline.ch orange.fr free.fr laposte.net sfr.fr neuf.fr numericable.fr noos.fr bbox.fr
    club-internet.fr cegetel.net aliceadsl.fr voila.fr 9online.fr libero.it virgilio.it alice.it tim.it tin.it fastwebnet.it inwind.it
    iol.it blu.it teletu.it tele2.it supereva.it pec.it arubapec.it legalmail.it telefonica.net terra.es ono.com ya.com movistar.es
    jazztel.es sapo.pt clix.pt netcabo.pt iol.pt telepac.pt aeiou.pt portugalmail.pt ziggo.nl kpnmail.nl kpnplanet.nl planet.nl home.nl
    chello.nl upcmail.nl xs4all.nl hetnet.nl casema.nl quicknet.nl zonnet.nl tele2.nl solcon.nl telfort.nl online.nl caiway.nl hccnet.nl
    versatel.nl zeelandnet.nl telenet.be skynet.be pandora.be scarlet.be proximus.be voo.be btinternet.com btopenworld.com btconnect.com
    talktalk.net talktalk.co.uk virgin.net virginmedia.com blueyonder.co.uk ntlworld.com sky.com tesco.net o2.co.uk orange.net
    orangehome.co.uk freeserve.co.uk lineone.net supanet.com fsmail.net onetel.com pipex.com uwclub.net eircom.net iol.ie indigo.ie
    oceanfree.net telia.com comhem.se bredband.net tele2.se spray.se home.se glocalnet.net swipnet.se passagen.se online.no broadpark.no
    getmail.no c2i.net start.no frisurf.no lyse.net jubii.dk jubiimail.dk tdcadsl.dk stofanet.dk youmail.dk sol.dk ofir.dk get2net.dk
    privat.dk webspeed.dk profibermail.dk luukku.com suomi24.fi kolumbus.fi elisanet.fi saunalahti.fi inet.fi netti.fi welho.com wp.pl
    onet.pl onet.eu o2.pl interia.pl interia.eu poczta.fm gazeta.pl tlen.pl op.pl vp.pl neostrada.pl go2.pl seznam.cz post.cz centrum.cz
    atlas.cz volny.cz quick.cz azet.sk zoznam.sk centrum.sk post.sk pobox.sk citromail.hu t-online.hu indamail.hu vipmail.hu upcmail.hu
    chello.hu mailbox.hu clicknet.ro abv.bg dir.bg otenet.gr hol.gr forthnet.gr in.gr pathfinder.gr net.hr inet.hr siol.net t-2.net
    inbox.lv inbox.lt apollo.lv hot.ee mynet.com superonline.com ttmail.com list.ru bk.ru inbox.ru internet.ru ya.ru rambler.ru lenta.ru
    ro.ru pochta.ru narod.ru ukr.net i.ua meta.ua bigmir.net tut.by walla.co.il walla.com netvision.net.il bezeqint.net zahav.net.il
    012.net.il qq.com 163.com 126.com 139.com 188.com 189.cn yeah.net 21cn.com tom.com sina.com sina.cn sohu.com aliyun.com foxmail.com
    netvigator.com hinet.net seed.net.tw pchome.com.tw docomo.ne.jp ezweb.ne.jp softbank.ne.jp softbank.jp nifty.com biglobe.ne.jp
    ocn.ne.jp so-net.ne.jp naver.com daum.net hanmail.net nate.com rediff.com sify.com indiatimes.com vsnl.com vsnl.net airtelmail.in
    singnet.com.sg starhub.net.sg streamyx.com bigpond.com bigpond.net.au bigpond.com.au optusnet.com.au iinet.net.au tpg.com.au
    westnet.com.au dodo.com.au ozemail.com.au on.net xtra.co.nz slingshot.co.nz orcon.net.nz clear.net.nz paradise.net.nz ihug.co.nz
    rogers.com shaw.ca sympatico.ca bell.net videotron.ca telus.net cogeco.ca eastlink.ca sasktel.net mts.net bellaliant.net comcast.net
    verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net mindspring.com netzero.net juno.com optonline.net
    optimum.net frontier.com frontiernet.net windstream.net centurylink.net centurytel.net embarqmail.com roadrunner.com rr.com
    suddenlink.net cableone.net mchsi.com pacbell.net swbell.net ameritech.net prodigy.net compuserve.com netscape.net excite.com rcn.com
    wowway.com tds.net q.com qwest.net ptd.net hughes.net usa.net usa.com post.com iname.com myself.com consultant.com engineer.com
    europe.com techie.com uol.com.br bol.com.br ig.com.br superig.com.br terra.com.br globo.com globomail.com r7.com oi.com.br
    zipmail.com.br fibertel.com.ar arnet.com.ar speedy.com.ar ciudad.com.ar prodigy.net.mx vtr.net une.net.co etb.net.co mweb.co.za
    telkomsa.net vodamail.co.za iafrica.com
""")
"""Domains at which anybody can have an address: they say nothing about an employer."""

FREE_BRANDS = words("""
    yahoo hotmail outlook live gmx msn ymail rocketmail aol aim gmail googlemail icloud windowslive yandex protonmail tutanota tutamail
    fastmail hushmail lycos wanadoo tiscali rediffmail zohomail mail email freemail webmail
""")
"""The same under any public suffix: `yahoo.ca`, `outlook.com.br`."""

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
    linkedin.com facebook.com fb.com fb.me twitter.com x.com instagram.com threads.net youtube.com youtu.be tiktok.com pinterest.com
    xing.com vk.com google.com goo.gl g.page forms.gle github.com gitlab.com whatsapp.com wa.me telegram.org telegram.me t.me m.me
    discord.gg linktr.ee lnk.bio bio.link beacons.ai campsite.bio taplink.cc msha.ke solo.to hoo.be flow.page allmylinks.com about.me
    calendly.com bit.ly t.co lnkd.in tinyurl.com ow.ly buff.ly is.gd rb.gy tiny.cc cutt.ly rebrand.ly shorturl.at qrco.de
""")
"""Sites that hold everybody, and those that only lead to another: no company's own."""

HOSTERS = words("""
    wordpress.com weebly.com squarespace.com jimdofree.com jimdosite.com jimdo.com business.site godaddysites.com webnode.com webnode.page
    strikingly.com mystrikingly.com site123.me webs.com webador.com over-blog.com canalblog.com tumblr.com medium.com substack.com
    bigcartel.com hubspotpagebuilder.com blogspot.de blogspot.fr blogspot.co.uk blogspot.com.br blogspot.com.es blogspot.it
    onmicrosoft.com mail.onmicrosoft.com
""")
"""Where each has a host of their own, as `acme.wordpress.com`, and the list of public suffixes has not."""

NO_PROFILES = words("unavailable null none unknown")

NO_NAMES = frozenset({
    "", "linkedin member", "walk in", "no name", "no first name", "no last name", "no lastname", "no surname", "no family name",
    "first name", "firstname", "last name", "lastname", "surname", "family name", "unknown", "unknown name", "name unknown", "n/a",
    "not applicable", "not available", "not provided", "not specified", "not given", "not known", "not set", "not entered", "no data",
    "unspecified", "undefined", "missing", "anonymous", "anonym", "tba", "tbc", "tbd", "xxx", "unbekannt", "keine angabe", "k/a",
    "ohne namen", "inconnu", "inconnue", "non renseigné", "non renseigne", "sans nom", "desconocido", "sin nombre", "sin apellido",
    "sconosciuto", "non disponibile", "desconhecido", "sem nome", "onbekend", "okänd", "ukjent", "ukendt", "nieznany",
})  # fmt: skip
"""What fills a field that a source wants filled; in the wording of `names`."""

UNLIKELY_NAMES = words("null nil none nan na test tester testing guest visitor user customer x xx")
"""The same, but names as well: `Anna Null` is one, `Null Null` none."""

FORMS_OF_ADDRESS = words("""
    mr mrs ms mx miss misses mister master madam madame mademoiselle mlle mme monsieur sir dame lady lord father fr mother brother sister
    aunt auntie uncle dr dra doctor prof professor hon honorable honourable rev reverend pastor frau herr herrn herren hr frk fru familie
    dhr mevr mevrouw mevrouwe meneer heren juffrouw senora senor senhor senhora senhorita signor signora signore signorina sr sra sres
    srta srtas mag mgr docent doamna domnul gospodin herra rouva neiti bapak encik ponas ponia proua preili adm capt captain cdr col
    colonel cpl cpt gen general lt maj major pvt sgt sergeant lieutenant president senator st saint sainte
""")
"""Titles that stand before a name and are none."""

GENERATIONS = {
    "jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv",
}  # fmt: skip
"""What tells a father from a son of his name, behind it; plain."""

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
