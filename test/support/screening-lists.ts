import { readFileSync } from 'node:fs';

/* Lists as their publishers format them, with invented people: what the tests of reading and of replacing lists share. */

/** OFAC's four files in one, ended as OFAC ends the last of them. */
export const OFAC = `36,"AERO TESTLINE",-0- ,"CUBA] [SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. 'ATL'."
39,"MUSTERMANN, Maxim","individual","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 07 Oct 1954; alt. DOB 1955; nationality Iran; Passport A123456 (Iran)."
36,12,"aka","AERO TESTLINIEN",-0-
39,7,"fka","MUSTERMAN, Max",-0-
36,25,-0- ,"Havana","Cuba",-0-
39,"; a.k.a. 'THE SAMPLE'."\n\u001a`;

/** OFAC's list in XML. */
export const SDN_XML = `<?xml version="1.0"?><sdnList xmlns="http://tempuri.org/sdnList.xsd"><publshInformation><Publish_Date>01/02/2026</Publish_Date><Record_Count>2</Record_Count></publshInformation>
<sdnEntry><uid>36</uid><lastName>AERO TESTLINE</lastName><sdnType>Entity</sdnType><programList><program>CUBA</program></programList></sdnEntry>
<sdnEntry><uid>39</uid><firstName>Maxim</firstName><lastName>MUSTERMANN</lastName><sdnType>Individual</sdnType><idList><id><uid>1</uid><idType>Passport</idType><idNumber>A123456</idNumber><idCountry>Iran</idCountry></id></idList>
<akaList><aka><uid>2</uid><type>a.k.a.</type><category>weak</category><lastName>THE SAMPLE</lastName></aka></akaList><dateOfBirthList><dateOfBirthItem><uid>3</uid><dateOfBirth>07 Oct 1954</dateOfBirth></dateOfBirthItem></dateOfBirthList></sdnEntry></sdnList>`;

/** The list of the United Nations. */
export const UN = readFileSync(new URL('../fixtures/screening/un-sample.xml', import.meta.url), 'utf8').trim();

const EU_TITLES =
  'fileGenerationDate;Entity_LogicalId;Entity_SubjectType;Entity_Regulation_Programme;NameAlias_LastName;NameAlias_FirstName;NameAlias_MiddleName;NameAlias_WholeName;BirthDate_BirthDate;BirthDate_Year;Identification_Number;Identification_TypeCode;Identification_CountryIso2Code;Citizenship_CountryDescription;Address_CountryDescription';
/** The list of the European Union. */
export const EU = `${EU_TITLES}
01/02/2026;13;P;IRQ;Mustermann;Maxim;;Maxim Mustermann;;;;;;;
01/02/2026;13;P;IRQ;;;;;1971-04-30;1971;;;;;
01/02/2026;13;P;IRQ;;;;;;;A123456;passport;IR;;
01/02/2026;14;E;IRQ;;;;"Test; Front";;;;;;;IRAQ
`;

const UK_TITLES =
  'Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,Name Non-Latin Script,Non-Latin Script Type,DOB,Nationality,Passport Number,National Identification Number,Country,Group Type,Alias Type,Alias Quality,Regime,Group ID';
/** The list that the United Kingdom published until January 2026. */
export const UK = `Last Updated,01/02/2026
${UK_TITLES}
MUSTERMANN,Maxim,,,,,,Максим,Cyrillic,00/00/1971,(1) Iran. (2) Iraq.,A123456,,Iran,Individual,Primary name,,Test,13
MUSTER,Max,,,,,,,,,,,,,Individual,AKA,Low quality,Test,13
TEST FRONT,,,,,,,,,,,,,,Entity,Primary name,,Test,14
`;

const UK_LIST_TITLES =
  'Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Name type,Alias strength,Title,Name non-latin script,Non-latin script type,Non-latin script language,Regime Name,Designation Type,Designation source,Sanctions Imposed,Other Information,UK Statement of Reasons,Address Line 1,Address Line 2,Address Line 3,Address Line 4,Address Line 5,Address Line 6,Address Postal Code,Address Country,Phone number,Website,Email address,Date Designated,D.O.B,Nationality(/ies),National Identifier number,National Identifier additional information,Passport number,Passport additional information,Position,Gender,Town of birth,Country of birth,Type of entity,Subsidiaries,Parent company,Business registration number (s),IMO number,Current owner/operator (s),Previous owner/operator (s),Current believed flag of ship,Previous flags,Type of ship,Tonnage of ship,Length of ship,Year Built,Hull identification number (HIN)';
const ukRow = (values: Readonly<Record<string, string>>) =>
  UK_LIST_TITLES.split(',')
    .map((title) => (/[",\n]/.test(values[title] ?? '') ? `"${values[title]!.replaceAll('"', '""')}"` : (values[title] ?? '')))
    .join(',');
const UK_PERSON = {
  'Last Updated': '01/02/2026',
  'Unique ID': 'TST0013',
  'OFSI Group ID': '13',
  'Regime Name': 'Test',
  'Designation Type': 'Individual',
};
const UK_PRIMARY = {
  ...UK_PERSON,
  'Name 6': 'MUSTERMANN',
  'Name 1': 'Maxim',
  'Name type': 'Primary Name',
  'Name non-latin script': 'Максим',
  'D.O.B': 'dd/mm/1971',
};

/** The UK Sanctions List of the Foreign Office in CSV, with a name for each address, reasons over two lines, and a ship. */
export const UK_LIST = `Report Date: 02-Feb-2026
${[
  UK_LIST_TITLES,
  ukRow({
    ...UK_PRIMARY,
    'Address Country': 'Iran',
    'Nationality(/ies)': 'Iran',
    'Passport number': 'A123456',
    'UK Statement of Reasons': 'A "test",\nover two lines',
  }),
  ukRow({ ...UK_PRIMARY, 'Address Country': 'Iraq' }),
  ukRow({ ...UK_PERSON, 'Name 6': 'MUSTER', 'Name 1': 'Max', 'Name type': 'Primary name variation' }),
  ukRow({
    'Unique ID': 'TST0014',
    'Name 6': 'TEST FRONT',
    'Name type': 'Primary name',
    'Designation Type': 'Entity',
    'Business registration number (s)': '77',
  }),
  ukRow({ ...UK_PERSON, 'Name 6': 'THE SAMPLE', 'Name type': 'ALias', 'Alias strength': 'Low quality' }),
  ukRow({
    'Unique ID': 'TST0015',
    'Name 6': 'TEST STAR',
    'Name type': 'Primary name',
    'Designation Type': 'Ship',
    'IMO number': '9000000',
    'Current believed flag of ship': 'Panama',
  }),
].join('\n')}
`;

/** The same in XML. */
export const UK_LIST_XML = `<?xml version="1.0" encoding="utf-8"?><Designations xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><DateGenerated>02/02/2026</DateGenerated>
<Designation><LastUpdated>01/02/2026</LastUpdated><UniqueID>TST0013</UniqueID><OFSIGroupID>13</OFSIGroupID><Names><Name><Name1>Maxim</Name1><Name6>MUSTERMANN</Name6><NameType>Primary Name</NameType></Name><Name><Name1>Max</Name1><Name6>MUSTER</Name6><NameType>Primary name variation</NameType></Name><Name><Name6>THE SAMPLE</Name6><NameType>ALias</NameType><AliasStrength>Low quality</AliasStrength></Name></Names><NonLatinNames><NonLatinName><NameNonLatinScript>Максим</NameNonLatinScript></NonLatinName></NonLatinNames><RegimeName>Test</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip><Addresses><Address><AddressLine6>Tehran</AddressLine6><AddressCountry>Iran</AddressCountry></Address><Address><AddressCountry>Iraq</AddressCountry></Address></Addresses>
<IndividualDetails><Individual><DOBs><DOB>dd/mm/1971</DOB></DOBs><Nationalities><Nationality>Iran</Nationality></Nationalities><PassportDetails><Passport><PassportNumber>A123456</PassportNumber></Passport></PassportDetails></Individual></IndividualDetails></Designation>
<Designation><UniqueID>TST0014</UniqueID><Names><Name><Name6>TEST FRONT</Name6><NameType>Primary name</NameType></Name></Names><IndividualEntityShip>Entity</IndividualEntityShip><EntityDetails><Entity><BusinessRegistrationNumbers><BusinessRegistrationNumber>77</BusinessRegistrationNumber></BusinessRegistrationNumbers></Entity></EntityDetails></Designation>
<Designation><UniqueID>TST0015</UniqueID><Names><Name><Name6>TEST STAR</Name6><NameType>Primary name</NameType></Name></Names><IndividualEntityShip>Ship</IndividualEntityShip><ShipDetails><Ship><IMONumbers><IMONumber>9000000</IMONumber></IMONumbers><CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>Panama</CurrentBelievedFlagOfShip></CurrentBelievedFlagOfShips></Ship></ShipDetails></Designation></Designations>`;

/** The consolidated screening list of the United States. */
const CSL = `source,entity_number,type,programs,name,alt_names,addresses,citizenships,nationalities,dates_of_birth,ids
SDN,13,Individual,SDGT,"MUSTERMANN, Maxim",Max Muster; M. M.,"1 Way, Tehran, IR",,IR,1971-04-30,"IR, A123456, Passport"
DPL,,,,Test Front,,,,,,
`;

/** The denied persons list of the United States, as it comes: every field quoted, no line end at the end. */
export const DPL = `"Name"\t"Street_Address"\t"City"\t"Country"\t"Effective_Date"
"MAXIM MUSTERMANN"\t"1 WAY"\t"TEHRAN"\t"IR"\t"10/16/2017"
"TEST FRONT"\t"2 WAY"\t"TEHRAN"\t"IR"\t"10/16/2018"`;

/** Every published format. */
export const FILES = { OFAC, SDN_XML, UN, EU, UK, UK_LIST, UK_LIST_XML, CSL };
