import { spokenForms } from './spoken.ts';

/** Likeness of two words that are usual spellings of one name. */
export const EQUAL_SPELLING = 0.94;

/** Given names as different languages have them, and their everyday short forms. One line a name; words may stand in several. */
const GIVEN = `alexander aleksandr alexandr aleksander aleksandar oleksandr aliaksandr alyaksandr alaksandr alessandro alejandro alexandre iskander sasha alex
alexandra aleksandra oleksandra alejandra
alexei alexey aleksei aleksey alexis oleksii oleksiy aliaksei
andrew andrei andrey andriy andrii andrzej andreas andres andre
anthony antonio anton antoni antoine antony tony
anatoly anatoli anatoliy anatolii
arkady arkadi arkadiy arkadii
basil vasily vasiliy vasilii vasyl vasil wassili
boris borys
catherine katherine kateryna katerina ekaterina yekaterina katarina katarzyna caterina catalina kate kathryn
charles carlos carlo karl carl charlie
christopher christophe cristobal krzysztof chris
constantine konstantin konstantinos kostiantyn constantin konstanty kostas
daniel danylo daniil danil
david dawid davyd dawud daud dawood
dmitry dmitri dmitriy dmitrii dmytro dmitro dimitri dimitrios
dennis denis denys
edward eduard eduardo edouard ted
elena yelena olena helen helena helene
elizabeth elisabeth elizaveta yelizaveta isabel liz beth
emmanuel manuel immanuel
eugene evgeny yevgeny evgeni evgenii evgeniy yevgeniy yevhen yevhenii eugen eugenio jewgeni jewgenij
eugenia evgenia yevgenia evgeniya yevheniia
francis francisco francesco frank franz frantisek francois
frederick frederic friedrich federico fred
gabriel gavriil jibril jabril gibril
gennady gennadi gennadiy gennadii hennadii hennadiy
george jurj gurj gurg jirjis girgis georgy georgi georgios georges jorge jerzy heorhii yuri yury yuriy yurii jurij iouri juri iurii urij uryj
gregory grigory grigori grigoriy hryhorii hryhoriy gregorio
henry henri heinrich enrique enrico henryk harry
herman hermann german germann
hovhannes ovanes oganes hovannes
ibrahim ebrahim abraham avraham ibragim brahim
igor ihor
ilya ilia illia elias elijah
irina iryna irena irene
isaac itzhak yitzhak yitzchak yitzhaq isak ishaq ishak
isidore isidro isidor
james jim jaime diego jacob jacques yakov yakiv jakub giacomo yaqub yakub jake
jesus isa issa eesa
john johannes jan jean juan giovanni johan johann hans ivan joao jon jack yahya yehia yohannes ioannis giannis yannis hovhannes
joseph jose giuseppe josef josip yusuf youssef yousef yosef yossef osip jozef joe yusif
kirill kyrylo cyril kiril
lawrence laurence laurent lorenzo lars larry
leo lev lew leon
leonid leonidas
louis luis luigi ludwig lewis
luke lukas lucas luca lukasz
lyudmila ludmila liudmyla ljudmila
maria mary marie mariya mariia maryam mariam miriam
margaret margarita marguerite
mark marcus marco marc markus marek marcos
martin marton martijn
matthew matteo mateo matthias matvey matvii mathieu mateusz matt
maxim maksim maksym maxime
michael mikhail mikhael mykhailo michel miguel michele mikheil mikael michal mihail mike misha mikail
moses moshe musa moussa moises mousa
nathan natan nathaniel
natalia natalya nataliya nataliia natalie
nicholas nikolai nikolay nikolaj mykola nicolas nicola nikolaos mikalai nick nikos
noah nuh nooh
oleg oleh aleh
olga olha volha
patrick patricio pat
paul pavel pavlo pablo paolo pawel paulo pavlos bulus
peter pyotr pyetr petr petro pedro pietro pierre piotr petros pjotr botros boutros pete
philip philippe felipe filipp pylyp filip
raphael rafael raffaele
richard ricardo riccardo dick rick
robert roberto bob rob bobby bert
roman romain
rostislav rostyslav
samuel shmuel samuil sam
semyon semen simeon
sergei sergey serhii serhiy sergiy sergii serge sergio siarhei serguei sergej
simon shimon shimeon simone
solomon suleiman sulaiman sulayman sulejman suleyman soleiman soleyman salomon
stanislav stanislaw
stephen steven stefan stepan esteban etienne stefano istvan stephan stephane steve stepan
svetlana svitlana swetlana
sylvester silvester
theodore fyodor fedor feodor teodoro theodor fedir teodor ted
thomas tomas tommaso tomasz tom foma
timothy timofey timofei timur tim
valentin valentyn valentine
valery valeri valeriy valerii
viktor victor wiktor vittorio
vincent vicente vincenzo vikentiy
vitaly vitali vitaliy vitalii
vladimir volodymyr uladzimir wladimir wolodymyr vladimiro wlodzimierz
vladislav vladyslav uladzislau wladyslaw
vsevolod wsewolod
vyacheslav viacheslav vaclav wiaczeslaw wjatscheslaw
walter valter
william guillaume guillermo wilhelm guglielmo willem bill will billy
yulia yuliya yuliia julia julija iuliia iouliia ulia
yaroslav iaroslav jaroslav jaroslaw
zinaida zinaïda
benjamin binyamin benyamin ben
barbara varvara
anna hanna ana anne
daria darya dariya darja
ekaterine catherine
gregor grigor
hamid hameed hamed
mohammed muhammad mohammad mohamed muhammed mohamad muhamad mehmet mohamud mahomed mohd mhd muhamed mamadou muhammadu
ahmed ahmad ahmet achmed ahmat
mahmoud mahmud mehmood mahmood mahamud
hussein husayn hussain husain hossein hosein husein huseyin hoseyn
hassan hasan hassen
mustafa moustafa mostafa mustapha
osman usman uthman othman ousmane
omar umar oumar omer
ali aly
abdullah abdallah abdulla abdellah
abdul abdel abd abdal abdoul abdur
rahman rehman rahmane
aisha aicha ayesha aysha aishah aisa aisat
fatima fatimah fatma fatoumata fatemeh fateme fatemah
khadija khadijah hatice
khalil halil khaleel
khalid khaled halid
jamal gamal djamal cemal jamaal
jamil djamil gamil cemil jameel
jalal galal celal djalal
qasim kassem qassem ghassem kasim qasem qassim gassim
qadir kadir qader kader abdulkader
said saeed sayeed saed sayed saiid saeid
sayyid sayed said syed seyed seyyed sayyed
saif sayf seif saef seyf
salih saleh salah
salim saleem selim
sheikh shaykh cheikh
yasin yassin yaseen yassine
yunus younis younes yunis
zain zayn zein zayne
faisal faysal feisal
tariq tarek tarik tareq
nur noor nour nuur
din deen dine eddin
bakr bakar bekr bekir bakir
hamza hamzah
taha tahar
habib habeeb
husni hosni
wahid waheed vahid
rashid rasheed rachid racheed reshid
mansur mansour mansoor
masud masood masoud mesud massoud
munir mounir muneer
ayman aiman aymen eymen eiman
asad assad esad essad asaad
bashir bachir basheer bechir beshir besir
bashar bachar beshar besar
maher mahir
julani jolani jawlani golani joulani colani jaulani
mukhtar mokhtar moktar muhtar
nasir naser nasser nasr
sharif shareef cherif sherif
shafiq shafik chafik
tawfiq tawfik toufik tevfik
zubair zubayr zoubeir
zoe zoi zoya
smriti smrti
ghosh ghose ghosa
khosrow khusraw khosro khosrau khusro xosrow husraw
krishna krsna krisna
singh sinh simha sinha`;

/**
 * Family names of China as Hanyu Pinyin, Wade-Giles, Cantonese, Hokkien and south-east Asian passports spell them, then
 * frequent syllables of given names; then Korean ones as the South, the North and older passports spell them.
 */
const ROMANISED = `zhang chang cheung teo tjong
wang wong ong heng bong
huang hwang wong ng ooi oei
li lee lei lie
liu lau liew lao low
chen chan tan tran chin ting
yang yeung yeo ieong young
zhao chao chiu teo
wu ng woo goh
zhou chou chow chau
xu hsu hui chee khaw koh tsui choi
sun suen soon
ma mah
zhu chu choo
hu wu foo
guo kuo kwok quek kwek
he ho hor
gao kao ko
lin lam lim
luo lo law loh
zheng cheng cheang tay teh
liang leung leong neo
xie hsieh tse chia tze
song sung soong
tang tong thong teng
feng fung fong
deng teng tang
han hon
cao tsao cho
zeng tseng tsang chan
peng pang phang
xiao hsiao siu siew
tian tien tin
dong tung tong
pan poon phua
yuan yuen
cai tsai choi choy chua tsoi
jiang chiang keung kiang
yu yue yee
du tu to
ye yeh yip ip
cheng ching
wei ngai
su so soh
lu loo lo
ding ting
ren jen yam
shen sim sum
yao yiu
zhong chung
tan tam
liao liu liew
fan faan
jin chin kam kum
shi shih sze shek
jia chia ka kar
jian chien kin
jun chun kwan
guo kuo kwok
wai wei
qiang chiang keung
qing ching ching
qi chi kei
quan chuan kuen
xiang hsiang heung
xin hsin sun
xing hsing hing
xia hsia ha
xue hsueh suet
xiong hsiung hung
zhi chih chi
zhen chen chun
zong tsung chung
zi tzu tsz
ze tse chak
hong hung
rong jung yung wing
yong yung wing
dao tao to
de te tak
da ta tai
bo po pok
bao pao po
bin pin pan
ping ping
ge ko kok
gang kang kong
guang kuang kwong
ming ming
hua wah hwa
hui wai
hai hoi
kai hoi
mei mui
ning ling
shan shaan
sheng shing seng
wen man
yi i yee
ying ying
ri jih yat
kim gim
lee yi ri rhee i rhie
park pak bak bag
choi choe che choy
jeong chung jung jong chong
jung chung joong jeong jong
gang kang khang
jo cho joe
yun yoon youn
jang chang chang
im lim rim yim
han hahn
o oh
seo suh so sur
sin shin
gwon kwon kwun
hwang whang
an ahn
hong houng
yu yoo ryu you rhyu
ryu yoo yu lyu
jeon chun jon jun chon
go ko koh
mun moon
yang ryang
son sohn
bae pae bai
baek paek paik back
heo hur ho huh
no roh ro noh
ha hah
gwak kwak
seong sung song
cha char
ju joo chu
u woo wu
gu koo ku
na ra
min minn
jin chin
yeong young yong
hyeon hyun hyon
seok suk sok
seung sung sung
eun un en
geun kun keun gun
cheol chol chul
jun joon chun
su soo
ho hoh
hun hoon
il ihl
gi ki kee
gyeong kyung kyong
gwang kwang
guk kuk kook
gyu kyu
dong tong
deok tok duk
byeong byung pyong
beom bum pom
ryeol ryol yol yeol
ryong yong lyong
myeong myong myung
hyeok hyok hyuk
chan chahn
taek thaek tack
tae thae
hae hai
chun choon
jae chae jay
yeol ryol yul
in inn
hui hee
mi mee
uk ook wook`;

const BY_WORD: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, Set<string>>();
  for (const line of `${GIVEN}\n${ROMANISED}`.split('\n')) {
    const words = line.trim().split(' ');
    for (const word of words) {
      const others = found.get(word) ?? new Set<string>();
      for (const other of words) if (other !== word) others.add(other);
      found.set(word, others);
    }
  }
  return new Map([...found].map(([word, others]) => [word, [...others]]));
})();

const NONE: readonly string[] = [];

/** Given names by how they are said in English, so that they are known in the spelling of any custom. */
const BY_FORM: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, string[]>();
  for (const words of GIVEN.split('\n').map((line) => line.trim().split(' '))) {
    for (const form of new Set(words.flatMap((word) => spokenForms(word).slice(0, 1))))
      found.set(form, [...(found.get(form) ?? []), ...words]);
  }
  return found;
})();

/**
 * Other usual spellings of a name that is the same in another language or another way of writing it in Latin letters; of a
 * given name that is written by another custom (`forms` says how it may be said) those of the name it is.
 */
export function equalSpellings(word: string, forms: readonly string[]): readonly string[] {
  const known = BY_WORD.get(word);
  if (known) return known;
  for (const form of forms) {
    const named = BY_FORM.get(form);
    if (named) return named;
  }
  return NONE;
}
