"""Word → what it says about its neighbours: the few hundred words that names and addresses stand beside.

Lists, not patterns: a word may be in several. All in lower case; the forms with and without accents where
both are written in practice.
"""

from typing import Final

_LISTS: Final[dict[str, str]] = {
    # a key or noun whose value is a person
    "person": """
    customer client patient passenger passengers recipient recipients author contact owner
    sender receiver buyer seller employee member guest tenant applicant candidate driver rider
    doctor physician nurse student teacher manager supervisor agent caller attendee beneficiary
    cardholder accountholder holder payer payee consignee signatory donor reviewer approver
    requester reporter assignee assigned operator technician user visitor subscriber shopper
    traveler traveller resident person people human nominee spouse mother father parent child
    guardian insured policyholder borrower lender lawyer citizen addressee staff colleague kunde
    kunden kundin patientin fahrgast empfänger absender besitzer inhaber mitarbeiter
    ansprechpartner benutzer versicherter versicherte mieter käufer besteller auftraggeber
    karteninhaber cliente clientes paciente pasajero destinatario remitente propietario titular
    empleado usuario usuaria comprador beneficiario interesado contacto autor pasaxeiro
    passageiro destinatário proprietário utilizador funcionário client cliente patiente passager
    destinataire expéditeur propriétaire titulaire employé salarié utilisateur acheteur
    bénéficiaire assuré auteur paziente passeggero mittente proprietario intestatario utente
    dipendente contatto klant patiënt passagier ontvanger afzender eigenaar medewerker gebruiker
    klient klientka pacjent pasażer odbiorca nadawca właściciel pracownik użytkownik kund
    mottagare avsändare ägare anställd användare kunde modtager afsender ejer medarbejder bruger
    asiakas vastaanottaja lähettäjä omistaja käyttäjä zákazník pacient příjemce odesílatel
    vlastník uživatel ügyfél címzett feladó müşteri hasta yolcu alıcı gönderen kullanıcı
    pelanggan pasien penerima pengirim pemilik pengguna клиент клиента покупатель пациент
    пассажир получатель отправитель владелец сотрудник пользователь заказчик автор абонент
    клієнт покупець отримувач відправник власник користувач πελάτης πελάτη ασθενής παραλήπτης
    αποστολέας χρήστης العميل المريض الراكب المستلم المرسل المستخدم الموظف הלקוח לקוח מטופל 고객
    환자 승객 수신자 발신자 사용자 담당자 고객명 성명 이름
    learner pupil plaintiff defendant appellant claimant guarantor coborrower debtor creditor
    organizer organiser attorney solicitor neighbour neighbor lessee lessor landlord landlady lodger
    renter flatmate roommate instructor tutor coach captain skipper pilot steward chef waiter
    waitress surgeon dentist therapist midwife pharmacist caregiver carer prosecutor detective
    inspector detainee inmate voter delegate speaker presenter moderator translator interpreter
    narrator artist performer composer screenwriter winner contestant participant competitor referee
    umpire goalscorer striker keeper jockey swimmer hiker camper caretaker porter postman shipper
    importer exporter investor shareholder treasurer chairman chairwoman chairperson president
    mentor mentee intern apprentice trainee freelancer contractor foreman electrician plumber callee
    submitter uploader signer verifier auditor enrollee registrant householder widow widower husband
    wife brother sister son daughter grandfather grandmother aunt nephew niece fiancé godmother twin
    newborn deceased heir legatee executor godfather survivor victim suspect accused complainant
    petitioner respondent adoptee sachbearbeiter sachbearbeiterin bearbeiter antragsteller
    antragstellerin versicherungsnehmer schüler schülerin lehrer lehrerin fahrer fahrerin zeuge
    kläger beklagter teilnehmer mitglied arzt ärztin élève enseignant conducteur assurée demandeur
    adhérent médecin témoin alumno alumna profesor profesora solicitante médico vecino testigo socio
    aluno aluna motorista requerente segurado allievo studente autista medico richiedente leerling
    bestuurder aanvrager lid uczeń kierowca lekarz wnioskodawca świadek elev lärare läkare förare
    sökande lærer læge lege sjåfør søker pasient oppilas potilas lääkäri kuljettaja hakija žák
    žákyně lékař řidič žadatel tanuló orvos kérelmező páciens medic solicitant öğrenci doktor sürücü
    başvuran siswa dokter sopir pemohon ученик врач водитель заявитель свидетель участник учень
    лікар водій заявник свідок учасник μαθητής γιατρός οδηγός الطالب الطبيب السائق תלמיד רופא נהג 학생
    의사 기사 회원 환자명""",
    # a word for a name
    "name": """
    name names named fullname realname displayname firstname lastname surname forename givenname
    familyname middlename nickname maidenname username customername clientname patientname
    passengername contactname recipientname sendername ownername authorname cardholdername
    nombre apellido apellidos nom prénom prenom nome cognome sobrenome apelido vorname nachname
    vollname familienname rufname naam voornaam achternaam imię imie nazwisko imiona namn
    förnamn efternamn navn fornavn etternavn nimi etunimi sukunimi jméno příjmení meno
    priezvisko név vezetéknév keresztnév ad soyad soyadı adı nama имя фамилия отчество фио ім'я
    прізвище піб όνομα επώνυμο ονοματεπώνυμο الاسم اسم שם prename ime prezime numele nume
    prenume họ tên नाम নাম gecos cn""",
    # a name that is a part: the word before "name" that says of a person
    "namepart": """
    first last full given family middle maiden real display sur fore billing shipping legal
    preferred sir father mother nick complete""",
    # titles
    "title": """
    mr mrs ms miss mister dr doctor prof professor sir madam mme mlle monsieur madame
    mademoiselle m herr frau hr fr señor señora sr sra srta don doña sig signor signora dott
    dottssa dhr mevr mevrouw pan pani herrn ing dipl mag univ rev hon capt col sgt lt pastor
    sheikh haji ms fru г-н г-жа господин госпожа пан пані κ κα κύριος κυρία السيد السيدة الدكتور
    الأستاذ أ د מר גב 様 さん 氏 先生 女士 小姐 님 씨 bay bayan sayın bapak ibu pak bu anh chị
    ông bà श्री श्रीमती mrs. uncle aunt lady lord judge senator nurse""",
    # what a person follows directly
    "before": """
    by for to from with dear birthday hello hi hey welcome attn attention regards sincerely thanks thank
    bye goodbye hola querido querida estimado estimada bonjour cher chère ciao caro cara olá
    caro prezado prezada liebe lieber hallo guten beste geachte drogi droga szanowny szanowna
    kära hej kære hei привет здравствуйте уважаемый уважаемая шановний γεια αγαπητέ مرحبا عزيزي
    שלום 亲爱的 尊敬的 von für an mit para por con de à pour par avec a da per di met voor van
    przez dla od av till från av til fra от для к с кому від до από για στον signed registered
    invited contacted call called emailed notified assigned as met is c/o saluti merci gracias danke
    between and cc bcc re""",
    # what a person does: behind or before
    "verb": """
    signed logged registered called contacted ordered paid bought purchased booked cancelled
    canceled requested approved rejected declined submitted updated created deleted changed
    uploaded downloaded reported complained asked said says wrote replied emailed phoned joined
    left accepted invited transferred withdrew deposited shipped delivered received returned
    arrived visited checked enrolled subscribed unsubscribed resigned married lives living born
    died works moved resides attempted tried confirmed verified escalated assigned greeted
    reached entered has was is will wants hat ist wurde bestellt angemeldet a est été ha está
    heeft is zamówił zalogował har вошел вошла заказал оплатил зарегистрирован зарегистрировался""",
    # particles inside names
    "particle": """
    de da do dos das del della di van von der den ten ter zu zur la le el al bin ibn ben bint
    abu abd mac mc o san st af y e i du des d' dell d dalla lo los las vom zum und jr sr ii iii
    iv phd md dds esq""",
    # a key or noun whose value is an address
    "address": """
    address addr addresses street road line1 line2 address1 address2 addressline streetaddress
    shipto billto ship shipping billing mailing delivery deliver delivered residence residential
    home postal mail lives resides residing located location deliveries pickup dropoff
    destination adresse anschrift lieferadresse rechnungsadresse wohnort wohnhaft straße strasse
    dirección direccion domicilio calle envío endereço endereco morada rua entrega indirizzo via
    spedizione residenza adres bezorgadres straat wysyłki ulica adresu adressen leverans
    leveringsadresse osoite adresa dostava szállítási cím adresi teslimat alamat pengiriman
    адрес адресу доставки доставка проживает адреса διεύθυνση διεύθυνσης العنوان عنوان כתובת
    住所 住址 地址 收货地址 配送先 주소 배송지 địa chỉ पता ठिकाना ঠিকানা परतो living parcel
    package courier premises property""",
    # kinds of street, as a word of its own
    "street": """
    street st road rd avenue ave av boulevard blvd bd lane ln drive dr court ct way place pl
    square sq terrace ter crescent cres close circle cir parkway pkwy highway hwy trail trl
    alley mews row walk gardens gate grove hill rise view plaza turnpike loop run pike ridge
    crossing junction harbor center landing path pass point shore springs valley vista station
    manor mission meadows village ville fork fords forge mall extension rue avenue boulevard
    place allée allee chemin impasse quai route cours passage square sentier voie calle cl avda
    avenida plaza pza paseo camino carrera cra cr carretera ronda glorieta travesía urbanización
    cuesta vial callejón pasaje privada calzada prolongación viaducto circuito andador barrio
    colonia rua travessa avenida alameda praça praca largo estrada rodovia beco viela quadra
    setor conjunto residencial recanto parque jardim vila loteamento núcleo via viale piazza
    corso vicolo largo strada contrada borgo canale rotonda incrocio straße strasse str weg
    platz allee gasse ring damm ufer chaussee steig straat laan plein kade dreef gracht singel
    steenweg dreef pad hof ulica ul aleja aleje al plac pl osiedle os ulice náměstí nám třída
    nábřeží trg cesta ulitsa gatan vägen gata väg torg torget gränd vej vejen gade allé stræde
    plads gate veien vei veg katu tie kuja polku utca út útja tér körút köz sétány strada
    bulevardul bd aleea calea sokak sokağı cadde caddesi cad mahallesi mah bulvarı sk jalan jl
    gang gg đường phố ngõ hẻm улица ул проспект пр пр-т просп переулок пер бульвар бул б-р шоссе
    ш площадь пл набережная наб аллея проезд тупик вулиця вул провулок οδός λεωφόρος πλατεία
    شارع طريق حي רחוב שדרות דרך 路 街 巷 弄 大道 丁目 番地 로 길 대로 가 ถนน ซอย marg nagar path
    rasta küçəsi prospekti mta saraj chowk ganj tn jln lorong""",
    # parts of an address that are no street
    "unit": """
    apt apartment suite ste unit flat floor fl room rm building bldg block lot box po p.o. pmb
    apo fpo dpo psc usns uss usnv house no nr number postcode zip zipcode postal plz cp cap cep
    psč appartamento interno scala piano piso puerta pta esc escalera depto dpto departamento
    interior int local bodega edificio bloque apartamento sala andar bloco lote casa apto etage
    stock wohnung top stiege postfach bus mieszkanie m lok byt lägenhet lgh kat daire no blok rt
    rw kel kec desa kelurahan phường quận xã huyện tỉnh thôn kp дом д корпус корп к кв квартира
    офис оф этаж стр строение индекс г гор город обл область с село пос д буд будинок кв τκ τ.κ
    αρ αριθμός شقة عمارة مبنى צ座 号 號 楼 樓 室 栋 单元 番 号室 階 동 호 층 หมู่ อำเภอ จังหวัด
    แขวง เขต ต อ จ holding county province state district region colonia fracc col city town
    village municipality barangay subdivision phase village ray kənd şəhər ստ ք""",
    # organisations
    "organisation": """
    inc incorporated ltd limited llc llp plc gmbh ag kg ohg mbh co corp corporation company
    group holding holdings sa sas sarl srl spa bv nv ab as oy aps a/s kft zrt sp z.o.o. ооо оао
    зао пао ип kk pty pvt bank university college institute school hospital clinic department
    dept ministry agency foundation association society union council committee team sons
    partners associates industries technologies solutions systems consulting insurance airlines
    hotel hotels restaurant church museum stadium studio studios media press holdings labs
    laboratories ventures capital cooperative e.v. 株式会社 有限会社 公司 有限公司 集团 주식회사""",
    # what software is made of
    "software": """
    service services server servers client api app application applications framework thread
    threads pool worker workers executor manager controller handler listener filter factory
    builder bean beans repository component module plugin library package class interface method
    function object instance process daemon job jobs task tasks queue topic stream streams
    cluster node nodes pod pods container image namespace deployment replica volume disk memory
    cpu cache database db table tables schema index query queries transaction lock session
    sessions token request response header headers cookie endpoint route gateway proxy router
    switch host hostname port socket protocol connection connections driver kernel device
    firmware boot loader agent exporter collector tracer span metric metrics log logs logger
    event events message messages error errors exception warning timeout retry config
    configuration settings property properties parameter argument flag option feature version
    release build test tests runner pipeline workflow stage step state status mode type code key
    value id ids uuid hash file files folder directory path url uri link page pages browser
    mobile desktop web http https tcp udp tls ssl ssh dns ip json xml yaml html css sql nosql
    rest rpc grpc amqp kafka redis postgres mysql mongodb spring hibernate tomcat jetty netty
    django flask rails react angular vue node java python kotlin scala golang rust docker
    kubernetes helm jenkins terraform ansible linux windows ubuntu debian apache nginx hadoop
    spark flink beam airflow hive zookeeper elasticsearch kibana grafana prometheus loki jaeger
    aws azure gcp google amazon microsoft oracle ibm intel nvidia github gitlab garbage
    collector scheduler allocator compiler interpreter runtime engine core platform network
    security policy rule role group domain zone region realm profile account controller adapter
    bridge provider consumer producer publisher subscriber broker registry resolver validator
    parser serializer encoder decoder renderer dispatcher interceptor mapper converter processor
    transformer aggregator monitor watcher checker probe""",
    # what is named but is no person
    "thing": """
    product products item items order orders invoice payment payments category brand model
    station stations train trains trip route routes line flight hotel room store shop warehouse
    restaurant food dish menu movie film song album book title page article campaign project
    program course plan event channel team league match game level city country state region
    currency language color colour size weight price ticket seat coach vehicle car truck ship
    vessel report chart dashboard document template form button tab screen field column window
    dialog view panel section chapter icon font theme screen scene asset stationname hostname
    filename classname threadname servicename tablename podname appname queuename topicname
    jobname methodname""",
    # calendar
    "calendar": """
    january february march april may june july august september october november december jan
    feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
    saturday sunday mon tue wed thu fri sat sun gmt utc cet cest pst pdt est edt am pm today
    tomorrow yesterday januar februar märz mai juni juli oktober dezember montag dienstag
    mittwoch donnerstag freitag samstag sonntag enero febrero marzo abril mayo junio julio
    agosto septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado
    domingo janvier février mars avril juin juillet août septembre octobre novembre décembre
    lundi mardi mercredi jeudi vendredi samedi dimanche gennaio febbraio aprile maggio giugno
    luglio settembre ottobre dicembre""",
    # levels and other words of the line itself
    "level": """
    trace debug info notice warn warning error fatal critical severe fine finer finest verbose
    emerg alert err crit panic stdout stderr main nio exec http true false null none nil
    undefined unknown anonymous admin root guest system default test service select insert
    update delete where join left right inner outer group order having limit values into create
    drop alter table index primary foreign get post put patch head options""",
    "country": """
    usa us uk england scotland wales ireland canada australia germany deutschland france españa
    spain italia italy portugal brasil brazil nederland netherlands belgium belgië belgique
    österreich austria schweiz switzerland suisse polska poland sverige sweden norge norway
    danmark denmark suomi finland česko czechia slovakia hungary magyarország românia romania
    greece ελλάδα россия russia україна ukraine türkiye turkey india china japan 日本 中国 台灣
    korea 대한민국 mexico méxico argentina chile colombia peru indonesia vietnam philippines
    thailand singapore malaysia nigeria kenya ghana egypt مصر السعودية israel ישראל estonia
    latvia lithuania bulgaria croatia hrvatska slovenija serbia""",
}

#: The lists by name, in the order in which their flags stand in a vector.
CATEGORIES: Final = tuple(_LISTS)

_PLACE: Final = {name: 1 << number for number, name in enumerate(CATEGORIES)}


def _indexed() -> dict[str, int]:
    index: dict[str, int] = {}
    for name, words in _LISTS.items():
        for word in words.split():
            index[word] = index.get(word, 0) | _PLACE[name]
    return index


#: Word in lower case → its lists, one bit each.
LISTS_OF: Final = _indexed()
