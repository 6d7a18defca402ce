"""The words that sites write into class, id and role of an element, and what each says about the text inside.

Only tables and the lookup: what a word means for a block is weighed by `block_model`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from lxml import etree

#: Kind -> parts of class names that mean it. A part is looked for at the start of a word of the name.
_KINDS: Final = {
    "body": "articlebody|article-body|articletext|article-text|article-content|articlecontent|story-body|storybody|story-content|storytext"
    "|entry-content|entrycontent|post-content|postcontent|post-body|postbody|post-text|post-entry|body-copy|bodycopy|bodytext|body-text"
    "|main-content|maincontent|content-body|contentbody|page-content|rich-text|richtext|article__body|articledetail|td-post-content"
    "|news-text|newstext|article-main|fulltext|full-text|text-body|textbody|detail-text|content-text|articletext|wysiwyg|prose",
    "article": "article|story|post|entry|hentry|blogpost|news-detail|artikel|beitrag|nota|noticia|single|detail|blog-post|publication",
    "content": "content|main|text|body|copy|inhalt|contenido|contenu|contenuto|column-main|primary",
    "paragraph": "paragraph|para|absatz|parrafo",
    "lead": "lead|deck|dek|subtitle|subhead|standfirst|teaser-text|summary|intro|excerpt|subheadline|abstract|vorspann|kicker|strapline|"
    "chapo|entradilla|bajada|sapo|description|desc|synopsis|blurb",
    "title": "title|headline|heading|header-title|titel|titre|titulo|head|überschrift|hed",
    "byline": "byline|author|autor|auteur|writer|contributor|by-line|vcard|bio|signature|posted-by|journalist|firma|redazione",
    "date": "date|time|timestamp|datetime|published|pubdate|datum|fecha|dateline|updated|modified|posted",
    "meta": "meta|info|infos|details|credit|source|copyright|views|reading-time|readtime|stats|rating|breadcrumb|breadcrumbs|crumb|crumbs|pathway",
    "nav": "nav|navi|navigation|menu|menubar|navbar|submenu|topbar|toolbar|tabs|tab|pagination|pager|paging|prev|next|skip|sitemap|dropdown|mega|burger|header|masthead|topnav|sub-nav|branding|logo",
    "footer": "footer|foot|fuss|colophon|bottom|imprint|impressum|legal",
    "side": "sidebar|side|aside|rail|right|left|secondary|complementary|col-right|rightcol|marginal|widget|widgets|module|panel|box|infobox|block-views",
    "related": "related|recommend|recommended|recommendation|recommendations|recirc|recirculation|more|also|similar|suggested|read-more|readmore|morelikethis|outbrain|taboola|teaser|teasers|card|cards|"
    "promo-list|latest|popular|trending|most|mostread|most-read|top-stories|headlines|list|listing|feed|river|archive|carousel|slider|gallery|items|item|grid|upnext|mehr|linked|relacionadas|relatedlinks|series|collection|tease",
    "comments": "comment|comments|commentlist|comment-list|disqus|respond|reply|replies|kommentar|kommentare|forum|discussion|commento|commenti|reactions|livefyre|feedback|reviews|commentaires",
    "share": "share|sharing|social|sharedaddy|facebook|twitter|addthis|addtoany|shariff|follow|like|likes|print|email|mail|tools|utility|actions|whatsapp|pinterest|sns|bookmark|flattr|a2a",
    "promo": "promo|promotion|newsletter|subscribe|subscription|signup|sign-up|cta|callout|call-to-action|paywall|register|login|membership|donate|donation|support|app-download|banner|offer|abo|inline-promo|marketing|"
    "regwall|piano|tout|optin|opt-in|form|input|search|modal|popup|overlay|lightbox|alert|notice|cookie|cookies|consent|gdpr|privacy|dialog|message|toast",
    "advert": "ad|ads|advert|advertisement|advertising|adsense|adslot|sponsor|sponsored|sponsors|dfp|banner-ad|anzeige|werbung|publicidad|commercial|affiliate|partner|adunit|adbox|googlead|promoted",
    "caption": "caption|wp-caption|figcaption|image|img|photo|picture|media|figure|video|bild|foto|imagen|player|gallery-caption|media-caption|embed|multimedia|slideshow|thumbnail|thumb|audio|podcast",
    "quote": "quote|pullquote|pull-quote|blockquote|tweet|twitter-tweet|instagram-media|aside-quote|highlight|factbox|fact-box|key-points|keypoints|bullet|tldr|summary-box|in-this-article|toc|table-of-contents",
    "tags": "tag|tags|tag-list|taglist|topics|topic|keywords|category|categories|cat-links|tag-links|labels|label|section|rubrik|themen|schlagworte|post-tags|filed",
    "hidden": "hidden|hide|visually-hidden|sr-only|screen-reader|screen-reader-text|visuallyhidden|invisible|d-none|print-only|offscreen|collapse|noprint|no-print",
    "note": "footnote|footnotes|endnote|disclaimer|correction|editor-note|note|notes|trust|sources|references|about-author|author-bio|authorbox|author-box|tagline|endmark|transcript",
}  # fmt: skip
CLASS_KINDS: Final = tuple(_KINDS)
_KIND_OF: Final[dict[str, tuple[int, ...]]] = {}
for _number, _parts in enumerate(_KINDS.values()):
    for _part in _parts.split("|"):
        _KIND_OF[_part] = tuple(sorted({*_KIND_OF.get(_part, ()), _number}))
_BODY_PROPERTIES: Final = frozenset({"articlebody", "reviewbody", "text"})
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PART: Final = re.compile(r"[^\W_]+")
_MAX_NAME_CHARS: Final = 300


def kinds_of(element: etree._Element) -> tuple[int, ...]:
    """The kinds (numbers in CLASS_KINDS) that the element's class, id, role and itemprop name."""
    names = (
        element.get("class") or "",
        element.get("id") or "",
        element.get("role") or "",
        element.get("itemprop") or "",
    )
    if not any(names):
        return ()
    return _kinds_of_names(" ".join(names)[:_MAX_NAME_CHARS])


@lru_cache(maxsize=16_384)
def _kinds_of_names(names: str) -> tuple[int, ...]:
    found: set[int] = set()
    for name in names.split():
        parts = [part.lower() for part in _PART.findall(_CAMEL.sub(" ", name))]
        for at, part in enumerate(parts):
            found.update(_KIND_OF.get(part, ()))
            if part.endswith("s") and part not in _KIND_OF:
                found.update(_KIND_OF.get(part[:-1], ()))
            if at + 1 < len(parts):
                found.update(_KIND_OF.get(f"{part}-{parts[at + 1]}", ()))
                found.update(_KIND_OF.get(part + parts[at + 1], ()))
    return tuple(sorted(found))
