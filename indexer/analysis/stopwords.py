"""Words that say nothing about an article when something else is typed: articles, prepositions, pronouns, auxiliaries,
conjunctions, a few adverbs of degree and place. Closed classes only: no verb, noun or number that news could be about.

They are indexed like any word; only a query of plain words leaves them out, and only beside other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from indexer.analysis.folding import fold
from indexer.analysis.stemmers import primary_lang

# Spelled as people write them; looked up folded. Some function words are missing because news means something else by
# them as often: us (the country), may (the month), été (summer), stati (uniti).
_SPELLED: Final = {
    "en": """a an the this that these those some any each every either neither no such both all another other
        i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers
        herself it its itself they them their theirs themselves who whom whose which what
        am is are was were be been being have has had having do does did doing will would shall should can could
        must ought cannot
        and or but nor so yet if because as than though although while whereas unless until since whether
        of at by for with about against between into through during before after above below to from up down in out
        on off over under upon onto within without toward towards among per via
        not only too very just also then there here when where why how again once ever more most
        i'm i've i'll you're you've you'll he's he'll she's she'll it's it'll we're we've we'll they're they've
        they'll that's there's isn't aren't wasn't weren't
        haven't hasn't hadn't don't doesn't didn't won't wouldn't shouldn't can't couldn't""",
    "de": """der die das den dem des ein eine einer einem einen eines kein keine keiner keinem keinen dieser diese
        dieses diesem diesen jener jene jenes jenem jenen jeder jede jedes jedem jeden welcher welche welches welchem
        welchen ich du er sie es wir ihr mich dich sich uns euch mir dir ihm ihn ihnen mein meine meiner meinem meinen
        dein deine sein seine seiner seinem seinen seines ihre ihrer ihrem ihren ihres unser unsere unserer unserem
        unseren euer eure man wer was wen wem wessen
        bin bist ist sind seid war waren wäre wären gewesen habe hast hat haben hatte hatten hätte hätten werde wird
        werden wurde wurden würde würden worden kann können konnte konnten könnte muss müssen musste soll sollen sollte
        darf dürfen will wollen wollte
        und oder aber denn sondern weil dass daß wenn als ob wie da damit nachdem bevor während obwohl
        in im an am auf aus bei beim mit nach von vom vor zu zum zur über unter für durch gegen ohne um bis seit
        zwischen hinter neben ins ans
        nicht auch nur noch schon so sehr dann hier dort wo doch mehr""",
    "fr": """le la les un une des du de au aux ce cet cette ces l d j m t s c n qu y
        je tu il elle on nous vous ils elles me te se moi toi soi lui leur eux en
        mon ma mes ton ta tes son sa ses notre nos votre vos leurs celui celle ceux celles cela ça ceci
        qui que quoi dont où quel quelle quels quelles lequel laquelle lesquels lesquelles
        suis es est sommes êtes sont étais était étaient étant être sera seront serait seraient fut furent
        ai as a avons avez ont avais avait avaient ayant eu avoir aura auront aurait auraient
        et ou mais donc or ni car si comme quand lorsque puisque parce
        à dans par pour sur sous avec sans vers chez entre contre depuis pendant avant après dès selon jusque
        ne pas plus aussi très bien encore même mêmes tout tous toute toutes ici là alors""",
    "es": """el la lo los las un una unos unas al del este esta esto estos estas ese esa eso esos esas aquel aquella
        aquello aquellos aquellas yo tú él ella ello nosotros nosotras vosotros ellos ellas usted ustedes me te se nos
        os le les mí ti sí mi mis tu tus su sus nuestro nuestra nuestros nuestras vuestro vuestra suyo suya
        que qué quien quién quienes cual cuál cuales cuyo cuya donde dónde cuando cuándo como cómo cuanto
        soy eres es somos son era eran fue fueron ser sido siendo será serán sería serían sea sean estoy está están
        estaba estaban estar estado he has ha hemos han había habían haber habido hay hubo
        y e o u ni pero sino porque si aunque pues mientras
        a ante bajo con contra de desde durante en entre hacia hasta para por según sin sobre tras
        no más muy también ya aún todo toda todos todas así aquí allí otro otra otros otras""",
    "it": """il lo la i gli le un uno una l d del dello della dei degli delle al allo alla ai agli alle dal dallo dalla
        dai dagli dalle nel nello nella nei negli nelle sul sullo sulla sui sugli sulle col dell all dall nell sull
        questo questa questi queste quello quella quelli quelle quel quei quegli
        io tu lui lei noi voi loro egli ella essi esse mi ti si ci vi ne me te sé mio mia miei mie tuo tua suo sua suoi
        sue nostro nostra nostri nostre vostro vostra che chi cui quale quali quanto dove quando come
        sono è siamo siete era erano fu furono essere sarà saranno sarebbe sia siano essendo
        ho hai ha abbiamo avete hanno aveva avevano avere avuto avrà avranno avrebbe abbia abbiano
        e ed o oppure ma però se perché anche mentre né
        a ad di da in con su per tra fra dopo prima contro senza sotto sopra verso
        non più molto già ancora così qui là tutto tutta tutti tutte altro altra altri altre""",
    "pt": """o a os as um uma uns umas ao aos à às do da dos das no na nos nas num numa pelo pela pelos pelas dum duma
        este esta isto estes estas esse essa isso esses essas aquele aquela aquilo aqueles aquelas deste desta neste
        nesta desse dessa nesse nessa eu tu ele ela nós vós eles elas você vocês me te se lhe lhes meu minha meus
        minhas teu tua seu sua seus suas nosso nossa nossos nossas que quem qual quais cujo cuja onde quando como
        sou és é somos são era eram foi foram ser sido sendo será serão seria seja sejam estou está estão estava estavam
        estar tenho tem têm tinha tinham ter tido terá há havia haver
        e ou mas nem porque se embora pois enquanto
        ante após até com contra de desde durante em entre para perante por sem sob sobre
        não mais muito também já ainda só todo toda todos todas assim aqui ali outro outra outros outras""",
    "nl": """de het een deze dit die dat geen elk elke ieder iedere welke welk zulke
        ik jij je u hij zij ze het wij we jullie mij me jou hem haar ons hun hen zich zichzelf mijn jouw uw zijn onze
        wie wat waar wanneer hoe waarom men
        ben bent is zijn was waren geweest heb hebt heeft hebben had hadden gehad word wordt worden werd werden geworden
        zal zullen zou zouden kan kunnen kon konden mag mogen mocht moet moeten moest moesten
        en of maar want dus omdat als dan toen terwijl hoewel indien zodat
        in op aan van voor met bij door over onder naar uit tot te om tegen tussen zonder na tijdens sinds binnen
        buiten per vanaf volgens
        niet ook nog al wel er hier daar zo zeer meer veel alle alles""",
    "da": """en et den det de denne dette disse der som hver hvert ingen intet
        jeg du han hun vi i man mig dig ham hende os jer dem sig selv min mit mine din dit dine sin sit sine hans hendes
        dens dets vores vor vort jeres deres hvem hvad hvilken hvilket hvilke hvis hvor hvornår hvordan hvorfor
        er var være været bliver blive blev blevet har have havde haft vil ville skal skulle kan kunne må måtte bør
        burde
        og eller men for at om når fordi mens da end hverken
        af på i til fra med ved over under efter før mellem mod uden hos gennem ind ud op ned om inden
        ikke også kun nu så her der meget mere mange alle alt anden andet andre noget nogle nogen jo""",
    "no": """en ei et den det de denne dette disse som hver hvert ingen noen noe
        jeg eg du han hun ho vi me dere man meg deg ham henne oss dem seg selv sjølv min mi mitt mine din di ditt dine
        sin si sitt sine hans hennes dens dets vår vårt våre deres deira hvem kven hva kva hvilken hvilket hvilke hvor
        når hvordan korleis hvorfor
        er var være vere vært blir bli ble vart blitt har ha hadde hatt vil ville skal skulle kan kunne må måtte bør
        burde
        og eller men for at om når fordi mens da enn ikkje heller
        av på i til fra frå med ved over under etter før mellom mot uten utan hos gjennom inn ut opp ned
        ikke også bare nå no så her der meget mye meir mer mange alle alt annen annet andre jo""",
    "sv": """en ett den det de denna detta dessa som varje ingen inget inga någon något några
        jag du han hon vi ni man mig dig honom henne oss er dem sig själv min mitt mina din ditt dina sin sitt sina
        hans hennes dess vår vårt våra ert era deras vem vad vilken vilket vilka vars var där när hur varför
        är vara varit blir bli blev blivit har ha hade haft ska skall skulle kan kunde måste bör borde vill ville får
        fick
        och eller men för att om eftersom medan då än samt utan
        av på i till från med vid över under efter före mellan mot hos genom in ut upp ner inom
        inte också bara nu så här mycket mer många alla allt annan annat andra ju""",
    "fi": """minä sinä hän me te he se ne tämä nämä tuo nuo minun sinun hänen meidän teidän heidän sen niiden tämän
        näiden tuon minua sinua häntä meitä teitä heitä sitä niitä tätä näitä tuota minulla hänellä meillä heillä
        siinä siitä siihen sillä siltä sille niissä niistä niihin tässä tästä tähän näissä näistä
        joka jotka jonka joiden jota joita jossa joista jolla jolle joille mikä mitä mitkä kuka ketkä kenen missä mistä
        mihin milloin miten miksi itse
        olen olet on olemme olette ovat ole olla olin oli olivat ollut olleet olisi olisivat en et ei emme ette eivät
        ja tai sekä mutta vaan että jos kun koska vaikka kuin eli
        kanssa ilman ennen jälkeen mukaan kautta välillä yli ali ympäri vastaan varten asti saakka
        myös vain jo vielä niin hyvin nyt tällä täällä siellä sitten kaikki""",
    "hu": """a az egy ez azt ezt ezek azok ennek annak ebben abban erre arra ettől attól ezzel azzal ezen azon
        én te ő mi ti ők engem téged őt minket titeket őket neki nekem nekünk nekik vele velük róla tőle hozzá maga
        magát saját aki akik amely amelyek ami amit amelyet akit kit ki melyik milyen hol hova mikor hogyan miért
        vagyok vagy van vagyunk vannak volt voltak volna lesz lesznek lenne lenni lett legyen fog fogja fognak kell
        és s de hanem hogy ha mert mivel pedig mint is sem ha bár illetve valamint
        után előtt alatt között mellett miatt szerint ellen nélkül által felé keresztül óta során számára
        nem ne csak már még most itt ott így úgy akkor nagyon meg be ki le fel el minden más több""",
    "ro": """un o unui unei unor niște al a ai ale cel cea cei cele acest această acești aceste acel acea acei acele
        acesta aceasta acestea aceștia acestui acestei eu tu el ea noi voi ei ele mă te se ne vă îl îi le lui lor mine
        tine sine meu mea mei mele tău ta său sa săi sale nostru noastră noștri noastre vostru voastră
        care cine ce cui unde când cum cât câte
        sunt ești este e suntem sunteți eram era erau fost fi fiind fie am ai are avem aveți au avea avut aș ar va vor
        voi vom
        și sau ori dar iar însă ci că să dacă deși pentru deoarece
        de la în din pe cu prin spre după până între către fără sub peste lângă despre contra împotriva asupra ca
        nu mai foarte doar numai și tot toți toate aici acolo atunci astfel""",
    "ru": """я ты он она оно мы вы они меня тебя его её нас вас их мне тебе ему ей нам вам им мной тобой ею ним
        нею нами вами ими него неё них себя себе собой мой моя моё мои твой твоя свой своя своё свои своего своей
        своих наш наша наше наши ваш ваша ваше ваши этот эта это эти этого этой этих этому этим тот та то те того той
        тех тому тем такой такая такое такие кто что кого чего кому чему кем чем который которая которое которые
        которого которой которых где когда как куда откуда почему сам сама сами
        быть был была было были есть будет будут буду бы
        и а но или да ни если чтобы потому хотя пока же ли ведь
        в во на с со к ко у о об от из за по для до без под над при про через между перед после около против
        не уже ещё тоже также только так там тут здесь очень все всё всех весь вся""",
    "ar": """في من إلى على عن مع بين عند منذ حتى خلال بعد قبل حول دون ضد تحت فوق أمام وراء لدى نحو
        و أو ثم لكن بل أن إن أنه إنه أنها إنها لأن كي إذا لو لولا كما حيث بينما
        هذا هذه ذلك تلك هؤلاء أولئك الذي التي الذين اللذان اللتان اللواتي هنا هناك
        أنا نحن أنت أنتم هو هي هم هن هما له لها لهم لي لنا لك به بها بهم فيه فيها منه منها منهم عليه عليها إليه إليها
        عنه عنها معه معها
        كان كانت كانوا يكون تكون ليس ليست قد لقد سوف
        ما ماذا لماذا متى أين كيف كم أي أية كل بعض غير سوى نفس
        لا لم لن ألا إلا أما إما إنما أيضا فقط ولا وقد وفي ومن وهو وهي وكان وكانت""",
    "az": """və ya yaxud amma ancaq lakin ki da də isə əgər çünki həm nə hərçənd belə ilə üçün kimi qədər görə sonra
        əvvəl bəri üzrə haqqında barədə qarşı tərəfindən doğru başqa
        mən sən o biz siz onlar mənim sənin onun bizim sizin onların məni səni onu bizi sizi onları mənə sənə ona bizə
        sizə onlara məndə səndə onda bizdə onlarda məndən səndən ondan bizdən sizdən onlardan özü öz özünün
        bu bunu bunun buna bunda bundan bunlar həmin hər heç bəzi bütün bir hansı kim kimin nəyi niyə necə harada
        haradan hara
        idi idim idilər imiş dir dır dur dür deyil var yox olan olub olur olar olaraq olduğu oldu edən edib
        daha ən çox yalnız artıq hələ indi burada orada elə eyni""",
    "tr": """ve veya ya yahut ama fakat ancak lakin ki da de ise eğer çünkü hem ne oysa ile için gibi kadar göre sonra
        önce beri üzere hakkında karşı tarafından doğru rağmen dolayı
        ben sen o biz siz onlar benim senin onun bizim sizin onların beni seni onu bizi sizi onları bana sana ona bize
        size onlara bende sende onda bizde benden senden ondan bizden sizden onlardan kendi kendisi
        bu şu bunu bunun buna bunda bundan bunlar şunu şunun her hiç bazı bütün bir hangi kim kimin neyi niye neden
        nasıl nerede nereden nereye
        idi imiş dir dır değil var yok olan olarak olduğu oldu olur olsa mi mı mu mü
        daha en çok sadece yalnız artık henüz şimdi burada orada öyle böyle şöyle aynı hep bile""",
    "uk": """я ти він вона воно ми ви вони мене тебе його її нас вас їх мені тобі йому їй нам вам їм мною тобою ним нею
        нами вами ними нього неї них себе собі собою мій моя моє мої твій твоя свій своя своє свої свого своєї своїх
        наш наша наше наші ваш ваша ваше ваші цей ця це ці цього цієї цих цьому цим той та то ті того тієї тих тому
        тим такий така таке такі хто що кого чого кому чому ким чим який яка яке які якого якої яких де коли як куди
        звідки сам сама самі
        бути був була було були є буде будуть буду би б
        і й або але ні якщо щоб бо хоча поки ж же чи адже
        в у на з із зі до від по для без під над при про через між перед після біля проти за о об
        не вже ще теж також тільки лише так там тут дуже всі все всіх весь вся""",
    "pl": """ja ty on ona ono my wy oni one mnie mi ciebie cię ci jego go jej ją nas nam was wam ich im nim nią nimi
        niego niej nich siebie się sobie sobą mój moja moje moi twój twoja swój swoja swoje swoich swojego swojej nasz
        nasza nasze wasz wasza wasze ten ta to te tego tej tych temu tym tymi tamten tamta tamto taki taka takie kto
        co kogo czego komu czemu kim czym który która które którzy którego której których którym gdzie kiedy jak skąd
        dlaczego sam sama sami
        być jest są był była było były będzie będą byłby zostać został została
        i a oraz lub albo ale lecz ani jeśli jeżeli żeby aby bo ponieważ gdy choć czy więc że
        w we na z ze do od po dla bez pod nad przy o przez między przed za u około przeciw
        nie już jeszcze też także tylko tak tam tu bardzo wszystko wszyscy wszystkie""",
}

STOP_WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {lang: frozenset(map(fold, spelled.split())) for lang, spelled in _SPELLED.items()}
)
_NONE: Final[frozenset[str]] = frozenset()


def is_stop_word(word: str, lang: str) -> bool:
    """Whether a word, folded or as typed, is a stop word of this language; never in a language without a list."""
    stop_words = STOP_WORDS.get(primary_lang(lang), _NONE)
    return word in stop_words or fold(word) in stop_words


def stop_languages(words: Iterable[str], langs: tuple[str, ...]) -> tuple[str, ...]:
    """Whose stop words apply to a query of these folded words; `langs` are the index's, most frequent first.

    The leading language's always. Another's only when two different words of the query are stop words of it and not
    of the leading one: an English archive with some German in it must not drop "die" from `die hard`, nor from
    `will die in an hour`, where will, in and an are German too.
    """
    if not langs:
        return ()
    leading = STOP_WORDS.get(primary_lang(langs[0]), _NONE)
    others = set(words) - leading
    return langs[:1] + tuple(lang for lang in langs[1:] if len(others & STOP_WORDS.get(primary_lang(lang), _NONE)) > 1)
