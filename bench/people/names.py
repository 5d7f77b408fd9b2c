"""Names by culture, the commonest first. Half of all people bear a listed family name; the others' is put together from two halves.

A word with `_` stands for one with a space. Frequencies fall with the rank (Zipf's law), as they do in any register of names.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Culture:
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    heads: tuple[str, ...]
    tails: tuple[str, ...]

    @property
    def evenness(self) -> int:
        """How little the commonest name leads: the name of rank r is borne in proportion to 1/(r + this). Longer lists are more even."""
        return 3 if len(self.families) > 50 else 2


def words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


def culture(women: str, men: str, families: str, heads: str, tails: str) -> Culture:
    return Culture(words(women), words(men), words(families), words(heads), words(tails))


CULTURES: Mapping[str, Culture] = {
    "english": culture(
        "Mary Linda Patricia Jennifer Elizabeth Barbara Susan Margaret Sarah Nancy Karen Betty Helen Sandra Donna Carol Ruth Sharon"
        " Michelle Laura Kimberly Deborah Jessica Cynthia Rebecca Kathleen Amy Angela Melissa Brenda Stephanie Catherine Christine Samantha"
        " Rachel Judith Emily Nicole Alice Abigail Victoria Diana Heather Hannah Joan Gillian Fiona Charlotte Penelope",
        "James Robert John William Richard Michael David Thomas Joseph Charles Christopher Daniel Matthew Anthony Mark Donald Steven Andrew"
        " Paul Joshua Kenneth Kevin Brian George Timothy Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry"
        " Scott Benjamin Samuel Gregory Frank Alexander Raymond Patrick Jack Dennis Graham Colin Douglas Lawrence Leonard Frederick Albert",
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Taylor Anderson Thomas Moore Martin Jackson Thompson White Harris Clark"
        " Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Evans"
        " Turner Parker Collins Morris Murphy Cook Morgan Cooper Reed Howard Wood Brooks Hughes Sullivan O'Connor McCarthy McDonald",
        "Al Ash Birch Black Brad Carl Clay Cran Dal East Fair Fen Grim Hart Haw Hol Kel Kings Lang Lock Mar Mill Nether North Oak Old"
        " Rad Red Rush Sel Stan Stoke Thorn Under West Whit",
        "bourne bridge bury by croft den field ford gate ham hurst land ley man more ridge shaw stead stone ton well wick worth",
    ),
    "german": culture(
        "Sabine Petra Monika Ursula Karin Andrea Claudia Susanne Gabriele Birgit Martina Renate Heike Brigitte Stefanie Julia Katrin Nicole"
        " Anna Christina Barbara Angelika Ingrid Silke Sandra Jutta Katharina Melanie Anja Johanna Lena Sophie Franziska Käthe Anneliese"
        " Ann-Kathrin Eva-Maria Jörgine",
        "Thomas Michael Andreas Peter Stefan Wolfgang Christian Klaus Jürgen Markus Martin Frank Hans Uwe Bernd Alexander Ralf Jörg Holger"
        " Matthias Günter Dieter Werner Oliver Tobias Sebastian Florian Felix Friedrich Heinrich Maximilian Jan Günther Karl-Heinz"
        " Hans-Peter Björn Götz Rüdiger",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann"
        " Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler Maier Huber Jung König Vogel"
        " Fuchs Keller Peters Beck Scholz Möller Böhm Günther Groß Voß",
        "Acker Birken Buchen Dorn Eber Eichen Eisen Falken Garten Grün Hasel Heiden Hoch Kirch Kron Linden Löwen Mühl Nieder Ober Rosen"
        " Sand Silber Sonnen Stein Tannen Unter Wald",
        "bach beck berg brunner feld hagen hauser hofer huber mann maier meyer müller stein thal wirth",
    ),
    "french": culture(
        "Marie Nathalie Isabelle Catherine Sylvie Anne Françoise Valérie Sandrine Christine Sophie Céline Julie Aurélie Stéphanie Émilie"
        " Hélène Claire Camille Chloé Léa Manon Pauline Élodie Laurence Brigitte Monique Anaïs Mathilde Juliette Marie-Claude Anne-Sophie",
        "Jean Pierre Michel Philippe Alain Nicolas Christophe Patrick Daniel Bernard François Frédéric Laurent Julien Olivier Éric Stéphane"
        " Sébastien Thomas Antoine Guillaume Jérôme Benoît Mathieu Vincent Étienne Théo Rémi Hugo Luc Jean-Luc Jean-Pierre Jean-François",
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand Roux"
        " Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc"
        " Guérin Boyer Chevalier Masson Barbier",
        "Beau Belle Bois Bonne Champ Char Clair Cour Dela Dou Fontaine Font Gran Haute La Lau Mal Mar Mont Neuve Noir Passe Pont Roche"
        " Saint Val Vau Ville Vieil",
        "bert bois camp champ cour court denis dier fort lac lier lieu mont nard neau pierre quier quin rive tel vert vier ville zac",
    ),
    "spanish": culture(
        "María Carmen Ana Isabel Cristina Laura Marta Lucía Elena Pilar Mercedes Rosario Beatriz Sofía Paula Raquel Inés Silvia Nuria"
        " Begoña Rocío Teresa Concepción Verónica Mónica Ángela Patricia Dolores Alba Andrea",
        "José Antonio Manuel Francisco Juan David Javier Carlos Jesús Daniel Luis Miguel Rafael Pedro Ángel Alejandro Fernando Sergio Pablo"
        " Jorge Alberto Álvaro Óscar Andrés Joaquín Ramón Rubén Raúl Víctor Íñigo",
        "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez"
        " Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Suárez Castro Ortega Rubio Marín"
        " Sanz Núñez Iglesias Medina Castillo Prieto Guerrero",
        "Agui Alde Ama Arri Ara Baza Beni Carra Cora Eche Eli Gala Goi Guru Iba Iru Izi Larra Leza Men Mora Olaza Orma Sala Una Urru Zaba",
        "barria bide corta dia ga garay garte goitia gui gurri linares mendi naga rain ren rieta rondo rregui rría so spe valle varría"
        " zábal zar",
    ),
    "portuguese": culture(
        "Maria Ana Juliana Fernanda Patrícia Mariana Camila Letícia Beatriz Amanda Luciana Márcia Adriana Cláudia Gabriela Conceição Inês"
        " Débora Renata Sônia Larissa Natália Cecília Vânia Teresa",
        "José João Antônio Paulo Carlos Luiz Marcos Rafael Tiago Fábio Pedro Rodrigo Gustavo Thiago Felipe Gonçalo Eduardo André Márcio"
        " Sérgio Júlio Vinícius Leandro Cauã Mário Henrique Bruno Diego Rui Nuno",
        "Silva Santos Oliveira Souza Pereira Costa Rodrigues Almeida Ferreira Carvalho Gomes Ribeiro Martins Araújo Lima Barbosa Rocha Dias"
        " Nascimento Moreira Nunes Mendes Cardoso Teixeira Freitas Tavares Monteiro Machado Pinto Correia Lopes Cunha",
        "Alva Bra Cal Car Casta Cas Co Esper Fi Fon Gala La Lou Mace Mar Mir Mor No Oli Per Ra Sal Sar Tel Var Vil",
        "beira ceira cestrelo dalho deira dim dosa gado gueira lares lhães mões nanda nheiro queira randa reira ros seca tela teiro to"
        " vanda veda zinha",
    ),
    "italian": culture(
        "Maria Anna Francesca Giulia Sara Laura Elena Chiara Alessandra Paola Valentina Martina Silvia Federica Elisabetta Roberta Simona"
        " Giovanna Lucia Ilaria Cristina Daniela Beatrice Eleonora Noemi",
        "Giuseppe Marco Giovanni Andrea Francesco Antonio Alessandro Luca Roberto Matteo Stefano Paolo Lorenzo Davide Riccardo Simone"
        " Fabio Salvatore Niccolò Pietro Tommaso Vincenzo Gianluca Emanuele Massimo",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Mancini Costa Giordano Rizzo"
        " Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile D'Amico D'Angelo"
        " Serra",
        "Bar Batti Bel Bonfi Cala Cam Capa Carra Cese Fala Gal Gra Lam Mala Man Mon Pala Pela Ron Salva Santi Spada Tam Val Ven Vis Zan",
        "assi bardi belli betti catti cini darelli faldi gari gliani gnoli lotti manti melli nelli netti ratti rini rosi sani scalchi tieri"
        " tini ucci vani zoni",
    ),
    "dutch": culture(
        "Maria Anna Johanna Elisabeth Saskia Sanne Femke Lotte Marieke Ingrid Wilhelmina Anouk Esther Petra Linda Monique Lisa Eva Julia"
        " Sophie Hanneke Margriet Willemijn",
        "Jan Johannes Pieter Hendrik Cornelis Willem Jeroen Maarten Sander Dirk Bas Ruben Thijs Daan Koen Wouter Joost Bram Lars Tim"
        " Gerrit Martijn Kees Reinout",
        "de_Jong Jansen de_Vries van_den_Berg van_Dijk Bakker Janssen Visser Smit Meijer de_Boer Mulder de_Groot Bos Vos Peters Hendriks"
        " van_Leeuwen Dekker Brouwer de_Wit Dijkstra Smits de_Graaf van_der_Meer",
        "Acht Berk Boven Broek Dijk Eik Goud Groen Heem Hof Hooge Kerk Kort Linde Molen Nieuw Noor Ooster Rij Rood Steen Veld Water Wester"
        " Zand Zuid",
        "beek berg bos bosch dam dijk donk horst hof hout huis huizen kamp man meer mans ma sloot stra stee veen veld werf wijk zijl",
    ),
    "polish": culture(
        "Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Joanna Magdalena Zofia Monika Paulina Aleksandra Beata"
        " Dorota Jolanta Natalia Żaneta Bożena Grażyna Wioletta Kinga",
        "Piotr Krzysztof Andrzej Tomasz Jan Paweł Michał Marcin Jakub Adam Łukasz Marek Grzegorz Mateusz Wojciech Zbigniew Rafał Dariusz"
        " Kamil Mariusz Stanisław Bartosz Sławomir Kacper",
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Mazur Jankowski"
        " Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Majewski Stępień",
        "Bar Białe Boro Brze Cza Dobro Gór Gra Jan Kal Kos Lis Mal Mie Nie Ol Pol Rad Rut Sos Star Tom Wil Wys Zal Zaw",
        "biak czyk decki gała jewski kiewicz kowicz lak lecki mański nek niak nicki nowicz rak rowski siński szczak tecki towicz wicki zak"
        " zycki",
    ),
    "swedish": culture(
        "Anna Maria Eva Karin Kristina Lena Sara Malin Jenny Emma Elin Linnéa Åsa Birgitta Maja Ingrid Marie Annika Märta Camilla Helena"
        " Hanna Agneta Frida",
        "Lars Per Anders Karl Johan Erik Mikael Jan Peter Magnus Fredrik Håkan Göran Björn Sören Mattias Nils Gustav Henrik Åke Jonas Olof"
        " Kjell Mårten",
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson Jansson Hansson"
        " Bengtsson Jönsson Lindberg Jakobsson Magnusson Lindström Olofsson Lindqvist Lindgren Berg Axelsson Bergström Lundgren Åberg",
        "Ahl Asp Berg Björk Ek En Fors Gran Gull Hag Hall Hed Hög Kvarn Lil Ljung Lund Mo Nor Ny Ros Sand Sjö Sten Ström Sund Söder Vester"
        " Vik Väster Öst",
        "blad bäck dahl dal fors gren hammar heim holm kvist lind lund löf man mark mo nell qvist rot stam stedt ström vall vik",
    ),
    "greek": culture(
        "Maria Eleni Aikaterini Vasiliki Sofia Georgia Anastasia Dimitra Ioanna Konstantina Despina Evangelia Christina Anna Chrysoula"
        " Paraskevi",
        "Georgios Dimitrios Konstantinos Ioannis Nikolaos Christos Panagiotis Vasileios Athanasios Evangelos Michail Antonios Spyridon"
        " Stavros Theodoros Petros",
        "Papadopoulos Nikolaidis Georgiou Papadakis Vasileiou Ioannou Dimitriou Makris Oikonomou Pappas Angelopoulos Karagiannis Antoniou"
        " Christodoulou Alexiou Theodorou",
        "Anag Chatzi Dela Diaman Kara Kondo Kyria Lamb Mavro Papa Roda Stavro Theo Tsa Xan Zaf",
        "georgiou giannis kakis kis konstantis kos michalis mitros nakis nikolaou nos petrou poulos ridis stathis tonis",
    ),
    "indian": culture(
        "Priya Anjali Pooja Sunita Neha Deepika Kavita Divya Shreya Meera Sneha Aishwarya Lakshmi Anita Swati Nisha Ritu Rekha Jyoti"
        " Shalini Asha Geeta Pallavi Radha",
        "Rahul Amit Rajesh Sanjay Vijay Arjun Anil Suresh Deepak Ravi Manish Vikram Sunil Ashok Ramesh Karthik Nikhil Prakash Rohit"
        " Srinivas Harish Mohan Ajay Naveen",
        "Sharma Singh Kumar Gupta Patel Reddy Rao Nair Iyer Shah Mehta Joshi Verma Agarwal Banerjee Mukherjee Chatterjee Kapoor Malhotra"
        " Pillai Desai Menon Chowdhury Das Bose Khan",
        "Anan Bala Bhat Brah Chan Dev Gang Hari Jaya Kala Kri Laksh Mad Maha Nara Para Raja Rama Sai Siri Sub Uda Vasu Venka Vis Ya",
        "bhatla charya dhar gopal gowda kar karan kondan krishna kumaran lingam manian nathan nayak palli puri raj ramani sena simha swamy"
        " thal var vati wal yan",
    ),
    "chinese": culture(
        "Li Fang Min Jing Yan Xiu Hui Ying Na Xia Juan Lihua Mei Xue Yifan Qian Lan Yun Rui Ting",
        "Wei Jun Tao Ming Qiang Lei Jie Bin Gang Bo Hao Feng Long Peng Chao Kai Zhiyuan Jianguo Yang Xin",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Liang Xie Song Tang Deng Han Feng Yu Dong"
        " Xiao Cheng Cao Yuan Fu Ren Du Zhong",
        "Ou Shang Si Zhu Dong Xia Huang",
        "yang guan tu ge fang hou pu",
    ),
    "russian": culture(
        "Elena Olga Natalia Tatiana Irina Anna Svetlana Ekaterina Ksenia Maria Julia Anastasia Galina Lyudmila Sofia",
        "Alexander Sergey Dmitry Andrey Alexey Igor Mikhail Nikolay Vladimir Ivan Yury Evgeny Artem Maxim Pavel",
        "Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Novikov Fedorov Morozov Volkov Alexeev Lebedev Semenov Egorov"
        " Pavlov Kozlov Stepanov Orlov",
        "Bel Bog Bor Chern Dobr Dub Gor Kal Kra Lug Mal Nik Or Pol Rad Ros Sav Tar Tik Vor Zai",
        "anov ashkin enko evich etsky in inov ishchev lovsky nikov okhin ov ovsky ryakov sky tsev yakin yuk yshev",
    ),
}

# How else a given name is called or spelt; both ways, whichever is in the passport.
_CALLED = (
    "William Bill Will Billy;Robert Bob Rob Bobby;Richard Rick Dick Rich;James Jim Jimmy Jamie;John Jack Johnny;"
    "Michael Mike Mick;Elizabeth Liz Beth Betty;Jennifer Jen Jenny;Patricia Pat Trish;Margaret Maggie Peggy;"
    "Catherine Cathy Kate;Thomas Tom Tommy;Charles Charlie Chuck;Christopher Chris;Joseph Joe;Daniel Dan Danny;Matthew Matt;"
    "Anthony Tony;Steven Steve;Andrew Andy Drew;Kenneth Ken;Edward Ed Ted;Samuel Sam;Samantha Sam;Gregory Greg;Benjamin Ben;"
    "Nicholas Nick;Jonathan Jon;Stephen Steve;Lawrence Larry;Leonard Len;Frederick Fred;Albert Bert Al;Rebecca Becky;Susan Sue;"
    "Deborah Debbie;Kathleen Kathy;Barbara Barb;Jessica Jess;Penelope Penny;Victoria Vicky;Michelle Shelly;Timothy Tim;"
    "Donald Don;Ronald Ron;Raymond Ray;Jacob Jake;Judith Judy;Abigail Abby;Douglas Doug;Alexander Alex Sascha;Friedrich Fritz;"
    "Heinrich Heinz;Johanna Hanna;Wolfgang Wolf;Katharina Kathi;Ursula Uschi;Gabriele Gabi;Maximilian Max;Sebastian Basti;"
    "Susanne Susi;Franziska Franzi;Stefanie Steffi;Günter Guenther;Isabelle Isa;Sébastien Seb;Frédéric Fred;Nathalie Nath;"
    "Stéphanie Steph;Françoise Fanfan;Mathieu Matthieu;José Pepe;Francisco Paco Fran;Manuel Manolo;Isabel Isa;Dolores Lola;"
    "Rosario Charo;Mercedes Merche;Concepción Concha;Alejandro Ale;Rafael Rafa;Carlos Carlitos;Antonio Toño;Ramón Moncho;"
    "Jesús Chus;João Joãozinho;Luiz Luis;Tiago Thiago;Fernanda Nanda;Patrícia Paty;Eduardo Edu;Giuseppe Beppe Pino;"
    "Giovanni Gianni;Francesca Franca;Alessandro Sandro;Alessandra Sandra;Elisabetta Betta;Matteo Teo;Salvatore Totò;"
    "Johannes Hans;Cornelis Kees;Hendrik Henk;Pieter Piet;Willem Wim;Wilhelmina Mina;Katarzyna Kasia;Małgorzata Gosia;"
    "Agnieszka Aga;Joanna Asia;Krzysztof Krzys;Magdalena Magda;Aleksandra Ola;Jakub Kuba;Stanisław Staszek;Grzegorz Grzesiek;"
    "Tomasz Tomek;Kristina Stina;Fredrik Fredde;Mikael Micke;Georgios George;Ioannis Yiannis John;Konstantinos Kostas;"
    "Dimitrios Dimitris;Nikolaos Nikos;Vasileios Bill Vassilis;Panagiotis Panos;Aikaterini Katerina;Athanasios Thanasis;"
    "Evangelos Vangelis;Lakshmi Laxmi;Dmitry Dmitri Dima;Ksenia Kseniya;Artem Artyom;Sergey Sergei;Alexey Alexei;Andrey Andrei;"
    "Natalia Natasha Natalya;Ekaterina Katya;Nikolay Nikolai;Yury Yuri;Tatiana Tanya;Maria Mari"
)
CALLED: Mapping[str, tuple[str, ...]] = {
    name: tuple(also.split()) for name, _, also in (entry.partition(" ") for entry in _CALLED.split(";"))
}
