/**
 * Words that say little about who somebody is. Names are compared after transliteration to lower-case ASCII, so every
 * word stands here in that form. The tables are ours, from the registers and lists of many countries; a missing word costs
 * a little precision, never a match.
 */

/** Forms of address and ranks, dropped before comparing. */
export const TITLES: ReadonlySet<string> = new Set(
  `mr mrs ms miss mister dr doctor prof professor sir lady lord dame madam madame mme mlle monsieur herr frau senor senora
  sheikh shaykh sheik haji hajji hajj mullah mulla molla mollah mawlawi molvi mevlana maulvi maulana ayatollah imam gen general lt col colonel capt captain maj
  major sgt brig brigadier adm admiral eng engineer ing dipl hon rev reverend esq jr sr junior senior his her excellency`.split(/\s+/),
);

/** Legal forms, several words long or short, each brought to one token. Order does not matter: longer ones are tried first. */
const FORMS: Readonly<Record<string, string>> = {
  llc: `llc lc|limited liability company|limited liability co|ooo|o o o|obshchestvo s ogranichennoi otvetstvennostiu|
    obshchestvo s ogranichennoy otvetstvennostyu|tov|too|mmc|sarl|s a r l|srl|s r l|sociedad de responsabilidad limitada|
    societe a responsabilite limitee|gmbh|g m b h|gesellschaft mit beschrankter haftung|mbh|sp z o o|spolka z o o|doo|d o o|
    ood|eood|kft|bv|b v|besloten vennootschap|bvba|ltda|limitada|wll|w l l|fze|fzco|fz llc|dmcc|tovarystvo z obmezhenoiu vidpovidalnistiu`,
  ltd: `ltd|limited|pte|pte ltd|pvt ltd|private limited|pty ltd|proprietary limited|co ltd|company limited|sdn bhd|sendirian berhad|
    co limited|pvt|pty|tic ltd sti|ltd sti|limited sirketi|yugen gaisha|youxian gongsi|youxiangongsi`,
  jsc: `jsc|joint stock company|joint stock co|oao|zao|pao|ao|aktsionernoe obshchestvo|otkrytoe aktsionernoe obshchestvo|
    zakrytoe aktsionernoe obshchestvo|publichnoe aktsionernoe obshchestvo|ojsc|cjsc|pjsc|open joint stock company|
    closed joint stock company|public joint stock company|ag|aktiengesellschaft|sa|s a|societe anonyme|sociedad anonima|
    spa|s p a|societa per azioni|nv|n v|naamloze vennootschap|as|a s|aksjeselskap|asa|ab|aktiebolag|oy|oyj|osakeyhtio|aps|
    anonim sirketi|anonim sti|ad|dd|plc|public limited company|kk|kabushiki kaisha|kabushikigaisha|kabushikikaisha|
    zhu shi hui she|zhushihuishe|gufen gongsi|gufengongsi|berhad|bhd|tbk|pt|sab de cv|sa de cv|psc|pjs|pac|sal|sah`,
  inc: `inc|incorporated|corp|corporation|company inc`,
  co: `co|company|cie|compagnie|compania|companhia|kompaniya|kompaniia|sherkat|sharikat|sharika|gongsi|kompani|cia`,
  group: `group|grp|groupe|gruppe|grupo|gruppa|gruppo|konzern|konsern`,
  holding: `holding|holdings|kholding`,
  partnership: `llp|lp|limited partnership|kg|gmbh co kg|ohg|kommanditgesellschaft|snc|scs`,
  fund: `foundation|fondation|stiftung|fundacion|fond|fonds|trust`,
};

/** Phrase → canonical token. */
export const ORG_FORMS: ReadonlyMap<string, string> = new Map(
  Object.entries(FORMS).flatMap(([canonical, phrases]) =>
    phrases.split('|').flatMap((phrase) => {
      const words = phrase.trim().replace(/\s+/g, ' ');
      return words === 'llc lc'
        ? [
            ['llc', canonical],
            ['lc', canonical],
          ]
        : [[words, canonical]];
    }),
  ) as [string, string][],
);

/** Longest phrase of a legal form, in words. */
export const LONGEST_FORM: number = Math.max(...[...ORG_FORMS.keys()].map((phrase) => phrase.split(' ').length));

/** Canonical tokens, for telling them from names. */
export const ORG_TOKENS: ReadonlySet<string> = new Set(Object.keys(FORMS));

/** Particles and joining words of names and titles of organisations. */
export const PARTICLES: ReadonlySet<string> = new Set(
  `the of and for a an in on at to by de la le les du des da do dos das del della di el al ul ur as ad ar an ash at az
  bin ibn ben bint binti abu umm von van der den zu und et e y i v na s dlya o wa fil al`.split(/\s+/),
);

/** Words that very many businesses, banks and places share; they count, but cannot make a match by themselves. */
export const COMMON: ReadonlySet<string> = new Set(
  `bank banka banco banque bancorp trading trade general international internacional internationale intl global world worldwide
  shipping marine maritime navigation lines line transport transportation logistics cargo freight airlines airways aviation air
  industries industry industrial manufacturing engineering technology technologies tech electronics electronic systems system services
  service solutions consulting management development investment investments invest capital finance financial commercial commerce
  import export imports exports enterprise enterprises establishment agency agencies office center centre institute university
  research science scientific construction contracting petroleum oil gas energy chemical chemicals petrochemical petrochemicals
  mining metals steel power electric insurance foods food agriculture agricultural medical pharmaceutical pharma hotel tourism travel
  real estate properties property supply supplies equipment products production works plant factory company association
  organization organisation society union federation committee council ministry national state republic democratic islamic peoples
  people united north south east west northern southern eastern western central new great first
  iran iranian iraq iraqi syria syrian cuba cuban korea korean russia russian china chinese libya libyan sudan myanmar burma
  belarus venezuela lebanon yemen afghanistan pakistan india turkey dubai uae emirates panama london moscow tehran damascus beijing
  hong kong asia asian africa african europe european america american middle gulf pacific atlantic
  cooperative materials machinery exchange security brothers aerospace companies charity charitable humanitarian works laboratory laboratories department
  government maritime marine tankers shipyard airline cargo instruments instrument factory
  shenzhen shanghai guangzhou tianjin dandong dalian hongkong pyongyang baghdad kabul karachi tripoli beirut havana caracas minsk kiev kyiv istanbul ankara
  iranian islamic cooperative market markets media news press school college hospital fishing mill mills tools motors auto textile textiles`.split(
    /\s+/,
  ),
);

/** Spellings of particles and of what joins to the next word, brought to one. */
export const SPELLINGS: ReadonlyMap<string, string> = new Map(
  'el al,ul al,ebu abu,abou abu,aboo abu,ben bin,ibn bin,ullah allah,ollah allah,wld ould,walad ould,weld ould,abdel abdul,abdal abdul,abdur abdul,abdus abdul,abdoul abdul,abd abdul,dhu du'
    .split(',')
    .map((pair) => pair.split(' ') as [string, string]),
);

/** Business words cut short, in full. */
export const ABBREVIATIONS: ReadonlyMap<string, string> = new Map(
  `intl international,int international,internat international,svcs services,svc service,serv services,mfg manufacturing,mgmt management,tech technology,
  technologies technology,eng engineering,engg engineering,assn association,assoc association,org organization,organisation organization,dept department,
  govt government,natl national,univ university,inst institute,centre center,dev development,ind industrial,inds industries,industries industrial,
  industry industrial,imp import,exp export,impex import,expt export,bros brothers,trdg trading,shpg shipping,transp transport,elec electronics,banking bank,rossii russia,rosii russia,rossiyskaya russian,eyr air,
  electronic electronics,chem chemical,pharm pharmaceutical,petrochem petrochemical,constr construction,comm commercial,labs laboratories,lab laboratory`
    .split(',')
    .map((pair) => pair.trim().split(' ') as [string, string]),
);

/** Numbers written as words or in Roman digits (from two letters on, without those that are words). */
export const NUMBERS: ReadonlyMap<string, string> = new Map(
  `one 1,two 2,three 3,four 4,five 5,six 6,seven 7,eight 8,nine 9,ten 10,second 2,third 3,fourth 4,fifth 5,sixth 6,seventh 7,eighth 8,ninth 9,tenth 10,
  uno 1,dos 2,tres 3,cuatro 4,cinco 5,siete 7,ocho 8,deux 2,trois 3,quatre 4,cinq 5,zwei 2,drei 3,vier 4,
  ii 2,iii 3,iv 4,vi 6,vii 7,viii 8,ix 9,xi 11,xii 12,xiii 13,xiv 14,xv 15,xvi 16,xvii 17,xviii 18,xix 19,xx 20`
    .split(',')
    .map((pair) => pair.trim().split(' ') as [string, string]),
);

/** Cyrillic and Greek letters that look like Latin ones: in a word that mixes scripts they are disguise, not spelling. */
export const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  Array.from('АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυ', (char, i): [string, string] => [
    char,
    'ABESIJKMHOPCTYXaesijopcyxdqwABEZHIKMNOPTYXaikvoptu'[i]!,
  ]),
);
