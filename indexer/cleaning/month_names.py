"""Names of months and weekdays as outlets write them, and how a name is folded before it is looked up.

A name stands for one month in every language listed here; a name that does not is left out (the Croatian October:
listopad is the November of Polish and Czech). Some names are of two words, here joined by a low line.
Tables only: dates.py reads dates.
"""

from __future__ import annotations

import unicodedata

# A month a column; inside it every form that is printed beside a day: full, genitive or partitive, short.
_MONTHS: dict[str, str] = {
    "en": "january jan,february feb,march mar,april apr,may,june jun,july jul,august aug,september sept sep,"
    "october oct,november nov,december dec",
    "de": "januar jänner jan,februar feber feb,märz mär mrz,april apr,mai,juni jun,juli jul,august aug,september sept,"
    "oktober okt,november nov,dezember dez",
    "fr": "janvier janv,février févr fév,mars,avril avr,mai,juin,juillet juil,août,septembre sept,octobre oct,"
    "novembre nov,décembre déc",
    "es": "enero ene,febrero feb,marzo mar,abril abr,mayo may,junio jun,julio jul,agosto ago,"
    "septiembre setiembre sept set,octubre oct,noviembre nov,diciembre dic",
    "it": "gennaio gen,febbraio feb,marzo mar,aprile apr,maggio mag,giugno giu,luglio lug,agosto ago,"
    "settembre set sett,ottobre ott,novembre nov,dicembre dic",
    "pt": "janeiro jan,fevereiro fev,março mar,abril abr,maio mai,junho jun,julho jul,agosto ago,setembro set,"
    "outubro out,novembro nov,dezembro dez",
    "ca": "gener gen,febrer febr,març,abril,maig,juny,juliol,agost,setembre,octubre,novembre,desembre des",
    "nl": "januari jan,februari feb,maart mrt,april apr,mei,juni jun,juli jul,augustus aug,september sep,oktober okt,"
    "november nov,december dec",
    "ru": "января январь янв,февраля февраль фев февр,марта март мар,апреля апрель апр,мая май,июня июнь июн,"
    "июля июль июл,августа август авг,сентября сентябрь сен сент,октября октябрь окт,ноября ноябрь ноя нояб,"
    "декабря декабрь дек",
    "uk": "січня січень січ,лютого лютий лют,березня березень бер,квітня квітень квіт,травня травень трав,"
    "червня червень черв,липня липень лип,серпня серпень серп,вересня вересень вер,жовтня жовтень жовт,"
    "листопада листопад лист,грудня грудень груд",
    "bg": "януари ян,февруари февр,март,април апр,май,юни,юли,август авг,септември септ,октомври окт,ноември ноем,"
    "декември дек",
    "tr": "ocak oca,şubat şub,mart mar,nisan nis,mayıs may,haziran haz,temmuz tem,ağustos ağu,eylül eyl,ekim eki,"
    "kasım kas,aralık ara",
    "az": "yanvar yan,fevral fev,mart mar,aprel apr,may,iyun,iyul,avqust avq,sentyabr sen,oktyabr okt,noyabr noy,"
    "dekabr dek",
    "pl": "stycznia styczeń sty,lutego luty lut,marca marzec mar,kwietnia kwiecień kwi,maja maj,czerwca czerwiec cze,"
    "lipca lipiec lip,sierpnia sierpień sie,września wrzesień wrz,października październik paź,"
    "listopada listopad lis,grudnia grudzień gru",
    "cs": "ledna leden led,února únor úno,března březen bře,dubna duben dub,května květen kvě,června červen čvn,"
    "července červenec čvc,srpna srpen srp,září zář,října říjen říj,listopadu listopad lis,prosince prosinec pro",
    "sv": "januari jan,februari feb,mars mar,april apr,maj,juni jun,juli jul,augusti aug,september sep sept,"
    "oktober okt,november nov,december dec",
    "da": "januar jan,februar feb,marts mar,april apr,maj,juni jun,juli jul,august aug,september sep,oktober okt,"
    "november nov,december dec",
    "no": "januar jan,februar feb,mars mar,april apr,mai,juni jun,juli jul,august aug,september sep,oktober okt,"
    "november nov,desember des",
    "fi": "tammikuuta tammikuu tammi,helmikuuta helmikuu helmi,maaliskuuta maaliskuu maalis,huhtikuuta huhtikuu huhti,"
    "toukokuuta toukokuu touko,kesäkuuta kesäkuu kesä,heinäkuuta heinäkuu heinä,elokuuta elokuu elo,"
    "syyskuuta syyskuu syys,lokakuuta lokakuu loka,marraskuuta marraskuu marras,joulukuuta joulukuu joulu",
    "hu": "január jan,február febr feb,március márc,április ápr,május máj,június jún,július júl,augusztus aug,"
    "szeptember szept,október okt,november nov,december dec",
    "ro": "ianuarie ian,februarie feb,martie mar,aprilie apr,mai,iunie iun,iulie iul,august aug,septembrie sept,"
    "octombrie oct,noiembrie noi nov,decembrie dec",
    "el": "ιανουαρίου ιανουάριος ιαν,φεβρουαρίου φεβρουάριος φεβ,μαρτίου μάρτιος μαρ,απριλίου απρίλιος απρ,"
    "μαΐου μάιος μαι,ιουνίου ιούνιος ιουν,ιουλίου ιούλιος ιουλ,αυγούστου αύγουστος αυγ,"
    "σεπτεμβρίου σεπτέμβριος σεπ,οκτωβρίου οκτώβριος οκτ,νοεμβρίου νοέμβριος νοε,δεκεμβρίου δεκέμβριος δεκ",
    "id": "januari jan,februari feb,maret mar,april apr,mei,juni jun,juli jul,agustus agu,september sep,oktober okt,"
    "november nov,desember des",
    "ar": "يناير,فبراير,مارس,أبريل ابريل,مايو,يونيو,يوليو,أغسطس اغسطس,سبتمبر,أكتوبر اكتوبر,نوفمبر,ديسمبر",
    "ar, Levant": "كانون_الثاني,شباط,آذار اذار,نيسان,أيار ايار,حزيران,تموز,آب,أيلول ايلول,"
    "تشرين_الأول,تشرين_الثاني,كانون_الأول",
    "ar, Maghreb": "جانفي,فيفري,مارس,أفريل افريل,ماي,جوان,جويلية,أوت,سبتمبر,أكتوبر,نوفمبر,ديسمبر",
    "fa": "ژانویه,فوریه,مارس,آوریل,مه,ژوئن,ژوئیه,اوت,سپتامبر,اکتبر,نوامبر,دسامبر",
    "he": "ינואר בינואר,פברואר בפברואר,מרץ במרץ מרס במרס,אפריל באפריל,מאי במאי,יוני ביוני,יולי ביולי,אוגוסט באוגוסט,"
    "ספטמבר בספטמבר,אוקטובר באוקטובר,נובמבר בנובמבר,דצמבר בדצמבר",
    "be": "студзеня,лютага,сакавіка,красавіка,мая траўня,чэрвеня,ліпеня,жніўня,верасня,кастрычніка,лістапада,снежня",
    "sr": "januar januara јануар јануара,februar februara фебруар фебруара,mart marta март марта,"
    "april aprila април априла,maj maja мај маја,jun juna јун јуна,jul jula јул јула,avgust avgusta август августа,"
    "septembar septembra септембар септембра,oktobar oktobra октобар октобра,novembar novembra новембар новембра,"
    "decembar decembra децембар децембра",
    "hr": "siječnja,veljače,ožujka,travnja,svibnja,lipnja,srpnja,kolovoza,rujna,,studenoga studenog,prosinca",
    "sl": "januar januarja,februar februarja,marec marca,april aprila,maj maja,junij junija,julij julija,"
    "avgust avgusta,september septembra,oktober oktobra,november novembra,december decembra",
    "sk": "január januára,február februára,marec marca,apríl apríla,máj mája,jún júna,júl júla,august augusta,"
    "september septembra,október októbra,november novembra,december decembra",
    "et": "jaanuar,veebruar,märts,aprill,mai,juuni,juuli,august,september,oktoober,november,detsember",
    "lt": "sausio,vasario,kovo,balandžio,gegužės,birželio,liepos,rugpjūčio,rugsėjo,spalio,lapkričio,gruodžio",
    "sq": "janar,shkurt,mars,prill,maj,qershor,korrik,gusht,shtator,tetor,nëntor,dhjetor",
    "gl": "xaneiro,febreiro,marzo,abril,maio,xuño,xullo,agosto,setembro,outubro,novembro,decembro",
    "ms": "januari,februari,mac,april,mei,jun,julai,ogos,september,oktober,november,disember",
    "ka": "იანვარი იანვარს,თებერვალი,მარტი,აპრილი,მაისი,ივნისი,ივლისი,აგვისტო,სექტემბერი,ოქტომბერი,ნოემბერი,დეკემბერი",
    "hy": "հունվարի,փետրվարի,մարտի,ապրիլի,մայիսի,հունիսի,հուլիսի,օգոստոսի,սեպտեմբերի,հոկտեմբերի,նոյեմբերի,դեկտեմբերի",
}

# Names that can stand directly before a date. They are only stepped over, so their order says nothing.
_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim
lunes martes miércoles jueves viernes sábado domingo mar mié jue vie sáb dom
lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab
segunda terça quarta quinta sexta feira seg ter qua qui sex
dilluns dimarts dimecres dijous divendres dissabte diumenge
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
понеділок середа четвер пятниця субота неділя нд понеделник сряда четвъртък петък събота неделя
pazartesi salı çarşamba perşembe cuma cumartesi pazar pzt çar per cum cmt paz
poniedziałek wtorek środa czwartek piątek sobota niedziela
pondělí úterý středa čtvrtek pátek neděle
måndag tisdag onsdag torsdag fredag lördag söndag mån tis ons tor fre lör sön mandag tirsdag lørdag søndag
man tir lør søn
maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina ti ke to pe la su
hétfő kedd szerda csütörtök péntek szombat vasárnap
luni marți miercuri joi vineri sâmbătă duminică
δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή
senin selasa rabu kamis jumat sabtu minggu
الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد
"""

# Everyday words of some language ("out 2020", "set 1999 goals"): without a day beside them they need a capital.
_TIMID = (
    "out set ago pro led dub lis elo loka kas ara may mar ter dec oca eki tem черв лист mac korrik tetor kovo liepos"
)

# NFKD leaves these whole.
_FOLD_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "ə": "e", "đ": "d", "’": "", "'": ""})


def fold_name(name: str) -> str:
    """Without case and accents, so that KASIM, Kasım and kasim are one name."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_FOLD_LETTERS)


def _number_months() -> dict[str, int]:
    numbers: dict[str, int] = {}
    for language, line in _MONTHS.items():
        for number, names in enumerate(line.split(","), start=1):
            for joined in names.split():
                name = joined.replace("_", " ")
                if numbers.setdefault(fold_name(name), number) != number:
                    raise AssertionError(f"{name} ({language}) is two months")
    return numbers


MONTH_NUMBERS: dict[str, int] = _number_months()
WEEKDAYS: frozenset[str] = frozenset(fold_name(name) for name in _WEEKDAYS.split())

TIMID_MONTHS: frozenset[str] = frozenset(map(fold_name, _TIMID.split()))
