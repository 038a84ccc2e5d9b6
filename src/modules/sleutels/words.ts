/** Short, friendly, easily spelled Dutch words for initial passwords; 3 of them give 24 bits or more beside the growing delay. */
export const woorden: readonly string[] =
  "aap aarde adem agenda akker anker appel arend asfalt auto avond baard baken balk ballon bamboe banaan bank basis bed beek beer beker berg bes bever bezem biet bij bizon blad blauw bliksem bloem boek boer boom boot bord bos boter brood brug buis bus cactus cirkel citroen clown cola dak dal dans das deken deur dier doek dolfijn donder doos dorp draad draak drie droom druif duif duin eend eiland eik ekster emmer engel ezel fabel fakkel feest fiets film fluit fontein forel fornuis foto gans garage garen gast geel geit geluk gember giraf gitaar glas goud gras graan grot haai haan haas hagel halte hamer hand haring hark hart haven helm hemel hert heuvel hoed hond honing hooi hoorn huis iep iglo inkt insect jaar jacht jas jeep jongen juli juni kaart kaas kabel kameel kamer kano karper kast kat kegel kelder kers ketel kever kikker kist klei klok knoop koala koe koek koffer komeet koning kooi kraan krant krijt kroon kruik kuiken kussen kwal lam lamp land lantaarn laars lava leeuw lente lepel leraar libel lijm linde lint lip loep lucht maan maat magneet mais mand mango mantel markt marmer meer mees merel mes metaal meter mier mist moeder mol molen motor mug muis munt muur muts naald nacht narcis nest net neus noot nummer oever olie olifant olijf oma oor orgel otter oven paard palm panda panter papier parel park pauw peer pen peper perzik piano pijl pinda pinguin plank poes pompoen pony poort post potlood puzzel raam raket ram raven regen reiger rivier robot roos rots rover rugzak ruit salade schaap schat schelp schip schoen schommel school schuur slak slee sleutel slang sloot snoek sok soep spin spoor ster stoel storm straat strand struik suiker tafel tak tas taart tent thee tijger toren touw tram trap trein trommel tuin tulp tunnel twee uil vaas varen vest veter vijver vink vis vlag vleugel vlieg vlinder vlot vogel vos vuur wagen walvis wand water weg weide wesp wiel wind winter wolf wolk wortel zaag zadel zand zebra zee zeil zes zeven zilver zomer zon zout zwaan zwaard".split(
    " ",
  );

/** Passwords that everybody tries first; compared without case, spaces and digits at the end. */
export const teGewoon: ReadonlySet<string> = new Set(
  (
    "wachtwoord password paswoord welkom azerty qwerty azertyuiop qwertyuiop abcdefgh abcdefghij geheim school leerid leerling leerkracht bingel " +
    "voetbal anderlecht clubbrugge minecraft roblox fortnite pokemon hallo hallohallo iloveyou ikhouvanjou prinses zonnetje poepchinees " +
    "aaaaaaaa aanmelden vlaanderen belgie september oktober november december januari februari computer internet youtube tiktok " +
    "wachtwoordwachtwoord welkomwelkom schoolschool"
  ).split(" "),
);
