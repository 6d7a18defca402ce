"""The words that tell furniture from prose on a news page, in the languages that news comes in.

Only tables and the lookup over them: what a phrase means for a line is weighed in `line_model`, never here.
A phrase of one class says "lines that hold this are often ...", so a class may well name words that prose uses too.
"""

from __future__ import annotations

from typing import Final

FUNCTION_WORDS: Final = frozenset(
    # English, German, French, Spanish, Italian, Portuguese, Dutch
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which "
    "were their we been has its would who will more when said there can about if her she you than so what up into "
    "der die das und in zu den von mit ist des sich auf für im dem nicht ein eine als auch es an werden aus er hat dass "
    "sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch "
    "le la les de du des et en un une que qui dans pour sur est pas par plus au avec il ne se ce sont été cette mais ont "
    "aux ses ou comme leur elle nous être fait ces son deux même aussi entre selon "
    "el los las del y se con por una su al lo como más pero sus ha fue este sobre también entre cuando muy sin hasta "
    "il di che è per non sono della dei gli nel alla dal delle anche si ma come più questo nella essere ha suo degli "
    "o os da do das dos em no na um uma com não para ao foi como mais mas pelo pela seu sua são até isso "
    "het een van dat te niet op aan voor met zijn er ook maar om dan bij nog wordt naar door werd deze "
    # Polish, Czech, Swedish, Danish, Norwegian, Finnish, Hungarian, Romanian
    "w i na z się nie do jest że to o jak po za od przez ale dla tym są był oraz jego które "
    "je se v že s k by ale jsou který jeho také podle bylo aby "
    "och att det som en är av på för den till inte har de ett om jag var men så från vid kan "
    "og til er af ikke med han sig var blev også efter jeg vi fra skal "
    "ja on ei se että oli hän ovat mutta kun myös joka ole mukaan "
    "a az és hogy nem egy volt meg csak már még mint ez azt pedig szerint "
    "și să cu nu care este din mai au sunt fost pentru această după "
    # Turkish, Azerbaijani, Indonesian, Vietnamese
    "ve bir bu için ile olarak daha çok olan gibi da de ne ama kadar sonra olduğunu göre "
    "və bir bu üçün ilə olan də da ki daha görə sonra edib deyib olaraq həmin onun isə "
    "yang dan di dengan untuk dari pada tidak dalam akan itu ini juga oleh adalah ke karena telah "
    "là của và các có được trong cho một những không với này đã người khi đến "
    # Russian, Ukrainian, Bulgarian, Serbian, Greek, Arabic, Persian, Hebrew, Hindi
    "и в не на что с он по как к из у за от это о а то для его но был так все было же до бы она мы при их или также "
    "і у на що не з до та в як за від про для це його але був які також "
    "се на да от за са като че се по през към бе "
    "и у је да се на су од за са што није као или код "
    "και το να του της η ο στο για με από την που των στην θα δεν είναι τα τον οι ότι "
    "في من على أن إلى التي الذي عن مع هذا كان هذه قال ما لا بعد ذلك و "
    "در به از که این است را با برای آن یک شد می کرد "
    "של את על לא הוא כי עם זה גם היא או אל יש אך "
    "के में की है से का को और ने कि पर यह हैं था कर भी नहीं लिए".split()
)
# Han and Kana have no spaces: their commonest particles stand in for function words.
CJK_PARTICLES: Final = frozenset("的了是在和有不为對对與与中就也上这這说說でにをはがのとも")

_PHRASES: Final = {
    "share": "share|shares|tweet|retweet|facebook|twitter|whatsapp|telegram|linkedin|pinterest|instagram|reddit|flipboard"
    "|email this|copy link|copied|print this|print article|share on|share this|share via|teilen|drucken|partager|imprimer"
    "|compartir|compartilhar|condividi|stampa|delen|udostępnij|dela|paylaş|paylaşın|поделиться|поділитися|вконтакте"
    "|分享|シェア|ツイート|save|bookmark|messenger|vkontakte|odnoklassniki|tumblr|link copied|youtube|tiktok",
    "follow": "follow us|follow on|follow|like us|join us|join our|connect with us|find us|folgen|folgen sie|suivez|suivez nous"
    "|síguenos|siga nos|seguici|volg ons|bizi takip|bizi izləyin|подписывайтесь|подпишитесь|читайте нас|telegram kanalımız"
    "|our channel|download the app|our app|get the app|google news|app store|google play|关注我们",
    "subscribe": "subscribe|subscription|subscriptions|subscriber|subscribers|subscribing|newsletter|newsletters|sign up"
    "|signing up|inbox|get the latest|breaking news alerts|free trial|donate|donation|support our|support us|membership"
    "|become a member|per month|monthly basis|abonnieren|abonnement|abo|abonnez|s abonner|inscrivez|lettre d|suscríbete"
    "|suscripción|boletín|assine|assinar|iscriviti|abbonati|abonneer|nieuwsbrief|prenumerera|подписка|подписаться|рассылка"
    "|abunə|abonə|abone ol|bülten|subskrybuj|订阅|購読|your email|email address|thank you|thank you for|thanks for|unsubscribe"
    "|quality journalism|independent journalism|unlimited access|digital access|full access",
    "cookie": "cookie|cookies|consent|gdpr|privacy policy|datenschutz|datenschutzerklärung|cookie richtlinie"
    "|confidentialité|privacidad|privacybeleid|конфиденциальности|personal data|your browser|javascript|adblocker"
    "|ad blocker|ad blocking|browser settings|mentions légales|aviso legal|impressum",
    "rights": "all rights reserved|copyright|rights reserved|alle rechte|tous droits|todos los derechos|reservados"
    "|direitos reservados|diritti riservati|все права|права защищены|müəllif hüquqları|tüm hakları|版权所有|版權所有"
    "|may not be|without permission|terms of use|terms of service|terms and conditions|terms conditions|nutzungsbedingungen"
    "|reproduced|redistributed|registered trademark|agb|ltd|llc|gmbh|powered by|republished",
    "account": "log in|login|sign in|log out|logout|sign out|my account|register|anmelden|einloggen|registrieren|mein konto"
    "|connexion|se connecter|iniciar sesión|entrar|accedi|inloggen|войти|вход|регистрация|daxil ol|giriş|zaloguj|logga in"
    "|登录|登入|ログイン|password|username|create account|forgot",
    "related": "related|related articles|related stories|related topics|read more|read also|also read|see also|see more"
    "|more from|more on|more stories|more news|recommended|you may|might like|you might|trending|most read|most popular"
    "|popular|latest|latest news|top stories|editor s|editors picks|up next|next article|previous article|don t miss"
    "|must read|read next|recent posts|other news|mehr zum|mehr zu|lesen sie|weitere|auch interessant|das könnte|meistgelesen"
    "|themen|lire aussi|à lire|voir aussi|articles liés|sur le même|lea también|lee también|más noticias|te puede"
    "|noticias relacionadas|leia também|leia mais|veja também|mais lidas|leggi anche|potrebbe interessarti|articoli correlati"
    "|lees ook|lees meer|meer nieuws|läs också|läs mer|les også|læs også|lue myös|czytaj także|czytaj też|zobacz|citește și"
    "|čtěte také|читайте также|читать далее|по теме|другие новости|главные новости|смотрите также|похожие|еще по"
    "|oxşar xəbərlər|digər xəbərlər|son xəbərlər|həmçinin oxuyun|ilgili haberler|ayrıca oku|baca juga|相关新闻|相關新聞"
    "|延伸閱讀|推荐阅读|関連記事|あわせて読みたい|sponsored|around the web|outbrain|taboola|source link|more videos|watch more",
    "comments": "comment|comments|leave a comment|leave a reply|reply|post a comment|view comments|commenting|kommentar"
    "|kommentare|kommentieren|antworten|commentaire|commentaires|commenter|répondre|réagir|comentario|comentarios|responder"
    "|comentários|comentar|commenti|commento|rispondi|reacties|reageer|комментарий|комментарии|комментариев|ответить|şərh"
    "|şərhlər|yorum|yorumlar|komentarze|komentarz|评论|評論|コメント|disqus|join the conversation|be the first|join the discussion",
    "tags": "tags|tag|tagged|topics|keywords|categories|category|filed under|posted in|schlagworte|schlagwörter|kategorie"
    "|mots clés|étiquettes|catégories|etiquetas|categorías|categoria|теги|метки|рубрики|teqlər|etiketler|标签|關鍵字|sections",
    "advert": "advertisement|advertisements|advertising|advertise|sponsored content|continue reading|story continues"
    "|article continues|scroll to|anzeige|werbung|publicité|publicidad|publicidade|pubblicità|advertentie|реклама|reklam"
    "|reklama|广告|広告|promoted|affiliate|commission|sale|buy now|shop now|coupon|deals",
    "caption": "photo|photos|image|images|picture|getty|getty images|ap photo|reuters|afp|shutterstock|photograph|photo by"
    "|photo credit|image credit|file photo|courtesy|pictured|credit|foto|fotos|bild|bilder|bildquelle|quelle|dpa|picture alliance"
    "|crédit|crédits|photo d|imagen|fotografía|efe|ansa|фото|снимок|şəkil|fotoğraf|图片|圖|写真|video|watch|gallery|slideshow"
    "|caption|hide caption|enlarge|enlarge image|play video|click to|listen|audio|transcript",
    "byline": "by|author|staff writer|staff reporter|correspondent|written by|reporter|contributor|editor|contributed|von"
    "|autor|redaktion|redakteur|par|rédaction|por|redacción|redação|di|redazione|door|redactie|автор|корреспондент|редактор"
    "|müəllif|müxbir|muhabir|yazar|记者|作者|編集|文|about the author|reporting by|editing by",
    "updated": "published|updated|posted|last updated|last modified|first published|min read|minute read|minutes ago|hours ago"
    "|hour ago|days ago|day ago|veröffentlicht|aktualisiert|uhr|stand|lesezeit|publié|mis à jour|publicado|actualizado"
    "|atualizado|pubblicato|aggiornato|gepubliceerd|опубликовано|обновлено|yayınlanma|güncelleme|发布|更新|発行"
    "|gmt|utc|est|edt|ist|bst|cet|pm|am",
    "menu": "home|menu|search|contact|contact us|about|about us|news|sport|sports|business|politics|opinion|culture|lifestyle"
    "|entertainment|technology|tech|health|science|travel|weather|world|jobs|careers|help|faq|rss|sitemap|site map|archive"
    "|archives|podcast|podcasts|videos|events|shop|store|startseite|suche|kontakt|über uns|politik|wirtschaft|kultur"
    "|gesundheit|reise|wetter|accueil|recherche|contactez|économie|politique|météo|inicio|buscar|contacto|economía"
    "|deportes|cultura|contato|economia|cerca|contatti|zoeken|главная|поиск|контакты|о нас|политика|экономика|спорт|культура"
    "|общество|новости|ana səhifə|axtar|əlaqə|siyasət|iqtisadiyyat|idman|anasayfa|iletişim|siyaset|ekonomi|spor|首页|首頁"
    "|新闻|新聞|体育|財經|ホーム|ニュース|back to|skip|skip to|loading|please wait|close|next|previous|show more|view all|see all|load more|read all|feedback"
    "|accessibility|press|media|magazine|e paper|epaper|live|live tv|edition",
    "month": "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug"
    "|sep|sept|oct|nov|dec|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août"
    "|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    "|diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|março|maio|junho"
    "|julho|setembro|outubro|novembro|dezembro|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября"
    "|декабря|yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr|ocak|şubat|nisan|mayıs|haziran"
    "|temmuz|ağustos|eylül|ekim|kasım|aralık|maart|mei|augustus|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia"
    "|września|października|listopada|grudnia|today|yesterday|heute|gestern|hier|hoy|ayer|сегодня|вчера|monday|tuesday"
    "|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag",
}

CLASSES: Final = tuple(_PHRASES)

# first word of a phrase -> ((words, class number), ...), longest first; a phrase without spaces in Han or Kana
# is sought as a part of the line, since those scripts part no words.
_BY_FIRST_WORD: Final[dict[str, tuple[tuple[tuple[str, ...], int], ...]]] = {}
_CJK_PARTS: Final[list[tuple[str, int]]] = []


def _fill_tables() -> None:
    found: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for number, phrases in enumerate(_PHRASES.values()):
        for phrase in phrases.split("|"):
            if "\u3040" <= phrase[0] <= "\u9fff":
                _CJK_PARTS.append((phrase, number))
                continue
            words = tuple(phrase.split())
            found.setdefault(words[0], []).append((words, number))
    for first, listed in found.items():
        _BY_FIRST_WORD[first] = tuple(sorted(listed, key=lambda pair: -len(pair[0])))


_fill_tables()
_FIRST_WORDS: Final = frozenset(_BY_FIRST_WORD)


def count_class_words(words: list[str], text: str, has_cjk: bool) -> dict[int, int]:
    """How many of a line's lower-case `words` belong to a phrase of each class (number in `CLASSES`).

    `text` is the line in lower case, looked at only where `has_cjk`.
    """
    counts: dict[int, int] = {}
    if not _FIRST_WORDS.isdisjoint(words):
        for at, word in enumerate(words):
            if word not in _FIRST_WORDS:
                continue
            for phrase, number in _BY_FIRST_WORD[word]:
                length = len(phrase)
                if length == 1 or tuple(words[at : at + length]) == phrase:
                    counts[number] = counts.get(number, 0) + length
    if has_cjk:
        for part, number in _CJK_PARTS:
            if part in text:
                counts[number] = counts.get(number, 0) + len(part)
    return counts
