"""Words that show whether a day or a time beside them is one. Pure: no Django."""

# Names of days and months, as patterns.
FULL_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
SHORT_DAY = "(?:mon|tues?|weds?|thurs?|thur?|fri|sat|sun)"
UP_TO = "(?:[-–]|to|through|thru)"
MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)


def words(text: str) -> frozenset:
    """Return the words of a text."""
    return frozenset(text.split())


# Behind these, a phrase is something else: talk about tomorrow, not on friday.
NOT_BEHIND = words(
    "about of than to between like called named titled is was were are it's since during until"
    " till til through from after given not or nor vs if last past previous re: regarding"
    " concerning"
)
PAST = words("last past previous yesterday")
# So it is behind these, if it is a bare day (the Friday, my 5th) or another word follows: this
# tomorrow list. But: call her tomorrow.
DETERMINERS = words(
    "the a an my your our his her their its it this that these those every each any some no"
)
# Before a bare weekday, these make a name of it: Black Friday.
NAMES = words(
    "black good cyber palm easter ash shrove super fat maundy holy freaky bloody blue ruby"
    " giving manic whit boxing casual mr mr. mrs mrs. ms ms. miss"
)
# Behind these, figures are numbers: scale 1:20, part 2/5; in a place or a line, times aren't.
RATIOS = words(
    "+ - x * / = § §§ ratio scale score scored odds verse genesis exodus leviticus deuteronomy"
    " psalm psalms proverbs isaiah ecclesiastes romans corinthians ephesians philippians colossians"
    " hebrews revelation part mix aspect resolution"
)
PLACES = words(
    "part page pages room chapter clause section step gate bus line version number no. nr test"
    " question exercise lesson unit figure table item ticket appendix release level task problem"
    " track episode season volume paragraph article rule note act scene grade"
)
# Before these, too: 10 march km, 5 may help, 5 pm CET, every day is a gift.
NOT_BEFORE = words(
    "km miles mile kg g lb lbs m cm mm l ml people times pages euros euro dollars dollar pounds"
    " quid bucks cents pence kr eur usd gbp chf min mins minutes hours hrs percent per day day's"
    " be have not need want help work works matters counts is are was were also or utc gmt est"
    " edt pst pdt cst cet cest bst ist"
)
# Before these, a phrase describes what is to be done, not the word behind it.
FUNCTION = words(
    "about with at for to in from if before after so because re regarding via then but when"
    " while as on by near without unless starts begins ends opens closes pick drop check"
    " arrives leaves lands departs"
)
# These connect a phrase with another one.
CONNECTING = words("and or & except excluding not of until till through per every each the a an")

# Figures behind these are a duration, a verse, a version or a mark.
TOOK = words("in under within sub took lasts")
BOOKS_ALONE = words(
    "genesis exodus leviticus deuteronomy judges kings chronicles ezra nehemiah psalm psalms"
    " proverbs ecclesiastes isaiah jeremiah lamentations ezekiel hosea obadiah nahum habakkuk"
    " zephaniah haggai zechariah malachi romans corinthians galatians ephesians philippians"
    " colossians thessalonians philemon hebrews revelation quran surah sura koran torah"
)
BOOKS = words(
    "matthew mark luke john acts james peter jude timothy titus joshua ruth samuel esther job"
)
BOOKS |= words("daniel joel amos jonah micah matt mk lk jn")
STUDYING = words(
    "study read memorise memorize learn pray preach quote recite reflect meditate sermon bible"
    " verse discuss write copy"
)
VERSIONED = words(
    "art art. article par par. para para. sec sec. ch ch. no no. nr nr. fig fig."
    "upgrade install version versions release ubuntu debian fedora python django node ios"
    " android macos windows kernel postgres postgresql firmware bump downgrade patch section"
    " question chapter exercise clause"
)
SCALES = words("scale scaled ratio odds dilute diluted")
MEASURES = words(
    "k km km. kms m mi mile miles meter meters metre metres lap laps length lengths marathon page"
    " pages word words chapter chapters kg lb lbs pound pounds rep reps push-ups pushups steps"
)
MOVING = words(
    "reschedule move moves moving postpone push shift delay bring change rebook defer put"
)
PAYING = words(
    "pay transfer send owe owes cost costs price invoice deposit withdraw refund donate lend give"
    " charge bill"
)
# A short name of a day before these is something else.
SUN_AND_SAT = words(
    "cream lotion screen hat hats tan light lounger dress glasses nav navs prep exam exams score"
    " scores on down in at by still"
)
CALLING = words(
    "call phone ring text email mail message meet visit see ask tell ping remind thank invite with"
)
HELD = words("plank planks hold held sprint sprints interval intervals")
RATING = words(
    "rate rated rating score scored scores grade graded mark marked marks stars out tip share"
    " fraction enlarge enlarged cut"
)
# Behind these, sun, sat and the like are no days.
NO_DAYS_BEHIND = words("some any no the more much enough for")

# Beside these, 5 to 7 are in the morning, unless one of LATE is there, too.
RIDES = words("train flight bus coach ferry tram plane boat ship taxi")
EARLY = words(
    "wake wakeup breakfast alarm sunrise dawn jog jogging run running flight fly plane airport"
    " school commute rise"
)
LATE = words(
    "dinner drinks supper pub party cinema theatre concert movie film evening night tonight pick"
    " home club practice back"
)
GOING_OUT = words(
    "dinner supper theatre theater cinema concert movie movies film party drinks pub opera ballet"
    " bar gig"
)
AT_NOON = words("lunch lunches brunch")
LASTING = words("plank bake cook boil hold rest steam simmer fry roast stretch meditate nap")
GIVING = words("ask give pay lend owe send tell show buy bring teach")
