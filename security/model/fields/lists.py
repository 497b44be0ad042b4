"""Name of a field → what of a person or an address it holds: lists in the languages that fields are named in.

An underscore stands for what may be between words: ``first_name`` is ``firstName``, ``First Name`` and
``first-name`` too.
"""

from typing import Final

#: Part of a name; the value is one, whatever it is.
PART: Final = """
first_name last_name given_name family_name middle_name maiden_name second_name birth_name sur_name
fore_name surname forename firstname lastname givenname familyname middlename maidenname fname lname
mname name_first name_last sn vorname nachname familienname rufname geburtsname prenom prénom
nom_de_famille nom_famille apellido apellidos apellido_paterno apellido_materno primer_nombre
primer_apellido segundo_apellido sobrenome apelido primeiro_nome último_nome ultimo_nome cognome
nome_proprio voornaam achternaam familienaam tussenvoegsel imie imię nazwisko drugie_imie fornavn
etternavn efternavn förnamn fornamn efternamn etunimi sukunimi eesnimi perekonnanimi jmeno jméno
prijmeni příjmení priezvisko krstne_meno ime prezime priimek vezeteknev vezetéknév keresztnev
keresztnév prenume nume_familie soyad soyadı soyadi isim nama_depan nama_belakang ho_ten_dem имя
фамилия отчество ім'я прізвище όνομα επώνυμο 姓 名字 姓氏 苗字 이름 성 الاسم_الأول اسم_العائلة שם_פרטי
שם_משפחה
""".split()

#: The whole of a name.
WHOLE: Final = """
full_name fullname real_name realname legal_name display_name customer_name client_name patient_name
passenger_name employee_name recipient_name cardholder_name card_holder_name contact_name owner_name
billing_name shipping_name account_holder account_holder_name account_owner buyer_name seller_name
guest_name student_name teacher_name doctor_name driver_name author_name sender_name receiver_name
beneficiary_name beneficiary holder_name member_name payee payee_name payer_name person_name
tenant_name applicant applicant_name traveller_name traveler_name visitor_name attendee_name
assignee_name reviewer_name user_full_name name_on_card contact_person emergency_contact next_of_kin
cardholder card_holder policyholder policy_holder insured_name signatory shopper_name
subscriber_name caller_name rider_name courier_name cc_owner debtor_name creditor_name insured_person
subject_name guardian_name pupil_name candidate_name manager_name supervisor_name staff_name kundenname
ansprechpartner kontoinhaber karteninhaber empfängername nom_complet nom_client nom_du_client
titulaire nombre_completo nombre_cliente nombre_del_cliente titular nome_completo nome_cliente
nome_do_cliente intestatario volledige_naam klantnaam contactpersoon imie_i_nazwisko imię_i_nazwisko
fullständigt_namn fulde_navn fullt_navn koko_nimi celé_jméno cele_jmeno celé_meno puno_ime
teljes_név teljes_nev nume_complet ad_soyad nama_lengkap họ_tên họ_và_tên ho_ten фио піб
ονοματεπώνυμο 姓名 氏名 客户姓名 患者姓名 学生姓名 会员姓名 乘客姓名 员工姓名 持卡人 收货人 联系人 投保人
申请人 お名前 ご氏名 患者氏名
顧客名 担当者名 利用者名 고객명 환자명 회원명 성명 الاسم_الكامل שם_מלא
""".split()

#: Who somebody is: the value is a name, or a number, or what somebody is called elsewhere.
ROLE: Final = """
name author customer client patient passenger employee recipient assignee contact buyer guest holder
owner donor tenant attendee reviewer approver applicant payer sender receiver student doctor driver
kunde kundin patientin mieter käufer absender empfänger nom nombre nome naam namn navn nimi meno név
nume nama cliente paciente pasajero destinatario remitente propietario passageiro destinatário
paziente passeggero mittente patiente passager destinataire expéditeur propriétaire klant patiënt
ontvanger klient pacjent odbiorca kund mottagare asiakas zákazník ügyfél müşteri pelanggan клиент
пациент пассажир получатель заказчик клієнт отримувач πελάτης 客户 乘客 患者 顧客
お客様 고객 환자 승객 العميل الاسم
اسم לקוח שם
""".split()

#: Street and number, or the whole of an address.
STREET: Final = """
street street_address street_name street_line street_line1 street_line_1 address_line address_line1
address_line_1 address_line2 address_line_2 address1 address_1 address2 address_2 addr1 addr_1 addr2
addressline addr_line addr_line1 line1 shipping_street billing_street home_street delivery_street
house_address full_address address addr home_address postal_address mailing_address shipping_address
billing_address delivery_address residential_address customer_address ship_to bill_to deliver_to
lives_at residence domicile strasse straße straße_hausnummer strasse_hausnummer anschrift adresse
lieferadresse rechnungsadresse wohnort_strasse rue adresse_postale adresse_livraison adresse_ligne1
ligne1 calle direccion dirección domicilio direccion_envio rua endereco endereço logradouro morada
via indirizzo indirizzo_spedizione straat straatnaam adres bezorgadres ulica adres_zamieszkania gata
gatuadress adress gateadresse vej vejnavn lahiosoite lähiosoite katuosoite osoite ulice adresa
bydliště bydlisko strada utca cím cim lakcím lakcim sokak cadde alamat jalan địa_chỉ dia_chi адрес
улица вулиця адреса οδός διεύθυνση 地址 住址 住所 街道 주소 도로명주소 العنوان عنوان כתובת רחוב पता
""".split()

#: Codes of the post.
CODE: Final = """
zip zip_code zipcode postal_code postalcode postcode post_code plz postleitzahl code_postal cp
codigo_postal código_postal cep cap codice_postale codice_avviamento_postale kod_pocztowy postnummer
postinumero psc psč irányítószám iranyitoszam cod_postal posta_kodu kode_pos mã_bưu_điện
почтовый_индекс индекс поштовий_індекс ταχυδρομικός_κώδικας 邮编 邮政编码 郵便番号 우편번호
الرمز_البريدي מיקוד
""".split()

#: Towns: part of an address beside a street only.
TOWN: Final = """
city town locality city_name suburb ort stadt wohnort ville commune ciudad localidad municipio
cidade localidade città citta comune plaats woonplaats stad miasto miejscowość ort_name by poststed
kaupunki paikkakunta město mesto obec grad város oraș oras şehir kota город населённый_пункт місто
πόλη 城市 市区 市区町村 도시 المدينة עיר
""".split()

#: Words before the name of a field that make it another thing: ``ip_address``, ``host_name``.
OTHERS: Final = frozenset(
    """
ip mac email mail e bind server host remote local memory base listen listening wallet web return
peer client_ip source src dst dest target start end virtual physical gateway proxy dns url http
https network net network_address contract token broker node cluster bitcoin btc eth hardware bus
socket internet file host class table service station product event column field package queue topic
bucket container pod image job task metric method module plugin property resource schema tag thread
type function domain config stack branch project repo repository database db index key group role
policy rule template theme font
""".split()
)
