"""Terms of the prompt safety filter, folded as :func:`fakeprint.datasets.prompt_safety.fold` folds text (specs: dflip3k 6.2).

A term that ends in ``*`` is the beginning of a word; a term with a space is a phrase; any other term is a whole word.  Slurs are kept as
the first 16 hexadecimal digits of the sha256 of the folded word, so that this file does not spell them.  The lists are short on purpose
and err towards hiding; ``docs/gallery.md`` says what they miss.
"""


def _terms(text: str) -> tuple[str, ...]:
    """Split a list at commas and line ends.

    >>> _terms("one two, three*")
    ('one two', 'three*')
    """
    return tuple(term for line in text.splitlines() for term in (part.strip() for part in line.split(",")) if term)


MINOR = _terms("""
    child, children, childlike, child like, kid, kids, kiddie, toddler*, infant*, baby, babies, newborn*, preteen*, tween, tweens
    teen, teens, teenage*, underage*, under age, minors, schoolgirl*, schoolboy*, schoolchild*, school girl, school boy, kindergart*
    preschool*, loli, lolis, lolicon*, lolita*, shota, shotas, shotacon*, jailbait*, prepubescent*, pubescent*, juvenile*
    adolescent*, little girl, little girls, little boy, little boys, young girl, young girls, young boy, young boys
    elementary school, primary school, middle school, junior high, daughter*
""")

MINOR_INSIDE = ("幼女", "ロリ", "ショタ", "小学生", "中学生", "萝莉", "蘿莉", "正太", "女児", "男児")
"""Looked for anywhere, since these scripts do not separate words."""

SEXUAL = _terms("""
    nsfw*, nude, nudes, nudity, nudist*, naked*, topless*, bottomless, porn*, hentai*, ecchi, sex, sexy, sexual*, sexting, erotic*
    lewd*, nipple*, areola*, breast*, boob*, tits, titties, genital*, penis*, dick, cock, vagina*, vulva*, pussy*, clitor*, anus, anal
    buttplug*, dildo*, cum, cums, cumshot*, cumming*, ejaculat*, blowjob*, handjob*, footjob*, fellatio*, cunniling*, intercourse
    orgasm*, ahegao*, masturbat*, fetish*, bdsm*, bondage*, stripper*, striptease*, undress*, lingerie, panties, pantyshot*, upskirt*
    cameltoe*, thong, thongs, gstring, cleavage*, milf*, gangbang*, threesome*, futanari*, yiff*, onlyfans*, rape, raped, raping
    rapist*, molest*, rule34, xxx
""")

SEXUAL_INSIDE = ("裸", "エロ", "セックス", "乳首", "巨乳", "色情", "性交")

SUGGESTIVE = _terms("""
    bikini*, swimsuit*, swimwear, underwear, bra, bras, seductive*, sensual*, aroused, arousing, spread legs, stockings, garter*, wet shirt
""")
"""Harmless by themselves; together with a term for a minor they count as sexual."""

VIOLENCE = _terms("""
    gore, gory, goriest, blood, bloody, bloodbath*, bloodied, decapitat*, dismember*, mutilat*, tortur*, corpse*, cadaver*, murder*
    massacre*, behead*, disembowel*, eviscerat*, entrails, impaled, impalement, suicid*, self harm, strangl*, lynch*, genocid*
    rape, raped, raping, rapist*, snuff, mass shooting, school shooting
""")

HATE = _terms("""
    nazi*, neonazi*, swastika*, hitler*, heil, third reich, ku klux, kkk, white power, white supremac*, aryan*, antisemit*, anti semit*
    ethnic cleansing, master race, racial slur*, holocaust denial, islamophob*, homophob*, transphob*
""")

HATE_DIGESTS: frozenset[str] = frozenset(
    _terms(
        """
    044eb98b18769b88 08a841e996781e9e 0ce875d620076b53 120f6e5b4ea32f65 16ea09fc78ca83ca 17a110e533284872 1e02eec4f1095143
    22fc75e65a0e9d34 268651b3ece98010 341d56384afc0f47 3b1e0d7c5dd45583 402f7ebd98864afe 45cd3e1bb472d8e2 5b3ae48be122f7ed
    7122c9a14ba2d20e 82159dd02870c13e 886d51e97ad7931d 8f5083e3e5c7dc89 92a9bf818e7e0002 98b52c4b6b7d1f48 9915ba2d822280f2
    c3de533e9b7fe63b cc02032349c833ac daec0c235d3135fc e7b98c6aa5b944e0 eef3bd091670c344 f9d0d9b18ae9033a
    """.replace(" ", ",")
    )
)

REAL_PERSON = _terms("""
    celebrity, celebrities, celeb, celebs, deepfake*, deep fake*, faceswap*, face swap*, likeness of, lookalike*, look alike*
    impersonat*, paparazzi*, mugshot of, face of president, president of, prime minister, pope francis, royal family
""")
