/**
 * The commonest passwords of leaked collections, in small letters: those with at least eight characters that are not all
 * digits, for the shorter and the numeric ones are refused anyway.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  !@#$%^&* !@#$%^&*( !@#$%^&*() !qaz1qaz !qaz2wsx 0123456789a 1111aaaa 1111qqqq 123123qwe 12345678! 123456789! 123456789a 123456789abc
  123456789q 12345678a 12345678abc 12345678q 1234567a 123456a! 123456aa 123456abc 123456as 123456qw 123456qwerty 12345a12345 12345abc
  12345qwert 1234abcd 1234asdf 1234qwer 1234qwerasdf 123abc123 123asd123 123qwe123 123qweasd 123qweasdzxc 12qwaszx 1a2b3c4d 1a2s3d4f
  1q2w3e4r 1q2w3e4r! 1q2w3e4r5t 1q2w3e4r5t6y 1qaz!qaz 1qaz2wsx 1qaz2wsx3edc 1qaz@wsx 1qazxsw2 1qw23er4 2wsx3edc 2wsxzaq1 3edc4rfv
  a1234567 a12345678 a123456789 a12345678a a123456a a1b2c3d4 a1b2c3d4e5 a1s2d3f4 a1s2d3f4g5 aa123456 aa123456! aa12345678 aaa12345
  aaaa1111 aaaaaaaa aaaaaaaaa aaaaaaaaaa aabbccdd ab123456 abc.1234 abc12345 abc123456 abc123456789 abc123abc abcabcabc abcd1234
  abcd12345 abcde123 abcde12345 abcdef123 abcdefg1 abcdefgh abcdefghi abcdefghij access14 admin!@# admin001 admin123 admin1234 admin12345
  admin123456 admin2020 admin@123 adminadmin administrator administrator1 alejandra alejandro alexander alexander1 alexandra alexandre
  alpha123 amanda12 amanda123 america1 america123 andrew12 andrew123 angel123 angel1234 angels12 anthony1 anthony12 apple123 arsenal1
  as123456 as12345678 asd123asd asdasd123 asdasdasd asdf!234 asdf1234 asdf123456 asdf;lkj asdfasdf asdfasdf1 asdfghjk asdfghjkl
  asdfghjkl1 asdfghjkl; asdfqwer asdfzxcv asdqwe123 ashley12 ashley123 asshole1 austin316 australia autumn2020 autumn2021 autumn2022
  autumn2023 autumn2024 autumn2025 autumn2026 az123456 azerty12 azerty123 azertyui azertyuiop babyblue babyblue1 babygirl babygirl1
  babygirl12 babygirl123 bailey12 banana12 banana123 bandit12 barcelona barcelona1 baseball baseball1 baseball12 basketball basketball1
  batman12 batman123 beatles1 beautiful beautiful1 benjamin benjamin1 bestfriend bigdaddy bigdick1 blackcat blackjack blessed1 blink182
  blowjob1 blueberry boomer12 boston12 brittany brittany1 broncos1 brooklyn brooklyn1 buddy123 bullshit buster12 butterfly butterfly1
  california canada123 captain1 carolina caroline cartman1 casper12 changeit changeme changeme! changeme1 changeme123 charlie1 charlie12
  charlie123 cheese12 cheese123 chelsea1 chester1 chevelle chevrolet chicago1 chicken1 chicken12 chocolate chocolate1 chris123 christian
  christian1 christina christine christopher cocacola cocacola1 coffee12 computer computer1 computer123 contrasena contraseña cookie12
  cookie123 cool1234 cool12345 coolcool correcthorsebatterystaple corvette cowboys1 cricket1 crystal1 cupcake1 d1234567 dallas12 danger12
  daniel12 daniel123 danielle danielle1 danielle123 dddddddd death123 december default1 default123 demo1234 demodemo dexter12 diamond1
  diamond12 dickhead dickhead1 dkflekdk dolphin1 dolphins dominic1 doraemon dragon12 dragon123 dragon1234 eagle123 eclipse1 einstein
  elizabeth elizabeth1 emily123 eminem123 england1 enterprise estrella explorer faithful falcon12 familia1 family123 fantasia favorite
  february fender12 fernanda fernando ferrari1 fireball firebird florida1 flower12 flower123 flowers1 football football1 football12
  football123 forever1 forever12 forever21 foreverlove francesco francisco freedom1 freedom12 freedom123 friday13 friends1 friends12
  friendship fuck1234 fucker12 fuckfuck fuckoff1 fuckyou! fuckyou1 fuckyou123 fuckyou2 gabriel1 gabriela gabriela1 gangster gangster1
  garfield garfield1 gateway1 gemini12 gfhjkm123 gfhjkmgfhjkm ginger12 ginger123 giovanni gladiator godbless godisgood godzilla golden12
  goldfish gorgeous grandma1 graphics greenday greenday1 guest123 guest1234 guitar12 guitar123 hannah12 hannah123 happiness happy123
  hardcore harley12 harley123 hawaii50 heather1 heaven12 hello123 hello1234 hello12345 hellohello helloworld hercules hockey12 hockey123
  hunter12 hunter123 iamgod123 icecream icecream1 ihateyou ihateyou1 ilovegod iloveher ilovehim ilovehim1 ilovejesus iloveme1 iloveme2
  iloveu12 iloveu123 iloveyou iloveyou! iloveyou1 iloveyou12 iloveyou123 iloveyou2 iloveyou3 iloveyou7 iloveyouso infinity internet
  internet1 inuyasha isabella isabella1 jackass1 jackjack jackson1 jamaica1 james123 january1 jasmine1 jennifer jennifer1 jessica1
  jessica12 jessica123 jesus123 jesus777 jesuschrist jesusislord john1234 johnson1 jonathan jonathan1 jordan12 jordan123 jordan23
  joshua12 joshua123 jupiter1 justice1 justin12 justin123 juventus kawasaki killer12 killer123 kimberly kingkong kingston kitty123
  kittycat kkkkkkkk knight12 kristina lakers24 lalalala laura123 lawrence lebron23 leonardo letmein! letmein1 letmein12 letmein123
  letmein2 letmein99 letmeinn liverpool liverpool1 lkjhgfds lkjhgfdsa login123 lollipop lollipop1 london12 london123 love1234 love12345
  love123456 loveforever lovelove lovely12 loveme12 loveme123 lover123 lovers12 loveyou1 lucky111 lucky123 lucky777 m1234567 maggie12
  mahalkita manchester margaret marina12 marine12 marines1 marshall martin12 martinez maryjane maryjane1 master12 master123 matthew1
  maverick maximus1 maxwell1 melissa1 mercedes mercedes1 metallica metallica1 michael1 michael12 michael123 michelle michelle1 mickey12
  microsoft midnight midnight1 minecraft minecraft1 mistress mnbvcxz1 monday123 monkey12 monkey123 monkey1234 monster1 monster12 montana1
  moonlight morgan12 motdepasse mother12 motherfucker motocross motorola mountain mustang1 mustang67 mylove12 mylove123 mypassword
  myspace1 myspace123 naruto12 naruto123 natasha1 nathan12 navyseal newpassword newyork1 newyork12 nicholas nicholas1 nicole12 nicole123
  ninja123 nintendo nirvana1 nopassword nothing1 nothing123 november november1 october1 oliver12 oliver123 omgomgomg orange12 orange123
  overlord overwatch p@$$w0rd p@$$word p@ssw0rd p@ssw0rd! p@ssw0rd1 p@ssw0rd123 p@ssword p@ssword1 p@ssword123 pa$$w0rd pa$$word pa55w0rd
  pa55word pakistan pakistan1 panther1 paradise paramore passion1 passpass passpass1 passw0rd passw0rd! passw0rd1 passw0rd123 password
  password! password. password0 password01 password1 password1! password10 password11 password12 password123 password123! password1234
  password12345 password123456 password2 password2020 password2021 password2022 password2023 password2024 password2025 password2026
  password21 password22 password3 password69 password7 password88 password9 password99 password? passwordpassword passwords passwort
  passwort1 patricia patrick1 peaches1 peanut12 penguin1 pepper12 pepper123 performance philippines phoenix1 phoenix12 pictures pineapple
  playboy1 playboy12 playstation poiuytre poiuytrewq pokemon1 pokemon12 pokemon123 popcorn1 porn1234 porsche1 porsche911 precious
  precious1 president princesa princess princess1 princess12 princess123 princess2 princesse purple12 purple123 pussycat q1234567
  q12345678 q123456789 q1q1q1q1 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qaz123wsx qazwsx12 qazwsx123 qazwsxedc qazwsxedcrfv qazxsw123 qazxswedc
  qqqqqqqq qwe123456 qweasd123 qweasdzxc qweewq123 qweqweqwe qwer1234 qwer1234! qwer12345 qwerasdf qwerasdfzxcv qwerty007 qwerty01
  qwerty11 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwerty2020 qwerty21 qwerty22 qwerty69 qwerty77 qwerty78 qwerty99
  qwertyqwerty qwertyu1 qwertyui qwertyuiop qwertyuiop1 qwertyuiop123 qwertz123 qwertzui qwertzuiop raiders1 rainbow1 rainbow12 ranger12
  rangers1 realmadrid rebecca1 redskins redskins1 remember robert12 roberto1 rock1234 rockstar rockstar1 rodriguez romance1 root1234
  rootroot rosebud1 runescape runescape1 russia123 s1234567 sabrina1 samantha samantha1 samsung1 samsung12 samsung123 sandra12 santiago
  sarah123 satan666 scarface school12 scooter1 scorpion scorpion1 sebastian secret12 secret123 senha123 senha1234 september sergey123
  sexyback sexybitch sexygirl shadow12 shadow123 shannon1 sherlock shopping sierra12 silver12 silver123 simpsons single12 skateboard
  skywalker slipknot slipknot1 snickers snickers1 sniper12 snoopy12 snowball snowboard snowflake soccer12 soccer123 softball softball1
  something southside spartan1 spiderman spiderman1 spongebob spongebob1 spring2020 spring2021 spring2022 spring2023 spring2024
  spring2025 spring2026 ssssssss standard stargate startrek startrek1 starwars starwars1 steelers steelers1 stephanie stephanie1 steven12
  strawberry strawberry1 student1 student123 success1 success123 summer01 summer12 summer123 summer2020 summer2021 summer2022 summer2023
  summer2024 summer2025 summer2026 sundevil sunshine sunshine1 sunshine12 sunshine2 sup3rman superman superman1 superman12 superman123
  supersecret superstar superstar1 sweetheart sweetie1 sweetpea swordfish taylor12 taylor123 temp1234 temporal temporary teresa12
  terminator test1234 test12345 test123456 testing1 testing12 testing123 testtest texas123 thailand thebest1 theking1 thepassword
  thomas12 thomas123 thuglife thunder1 thunder12 tiger123 tigger12 tinkerbell tinkerbell1 titanic1 toor1234 tottenham transformers
  trinity1 tristan1 truelove trustno1 trustno1! turkey12 twilight twilight1 undertaker unicorn1 user1234 user12345 valentina vampire1
  vanessa1 veronica veronica1 victoria victoria1 vietnam1 vincent1 viper123 volleyball w1234567 warcraft warriors webmaster welcome01
  welcome1 welcome1! welcome12 welcome123 welcome123! welcome2 welcome2020 welcome2021 welcome2022 welcome2023 welcome2024 welcome2025
  welcome2026 welcome@1 welcome@123 westside westside1 whatever whatever1 whatever12 whiskey1 wildcat1 wildcats william1 william123
  windows1 windows10 winner12 winston1 winter12 winter123 winter2020 winter2021 winter2022 winter2023 winter2024 winter2025 winter2026
  wolverine wonderful wrestling wwe12345 wwwwwwww x1234567 xbox360! xxxxxxxx yamaha12 yankees1 yankees2 yellow12 yellow123 yourpassword
  z1234567 zaq!2wsx zaq123wsx zaq12wsx zaq1xsw2 zaq1zaq1 zaqwsxcde zaqxsw123 zxc123456 zxcasdqwe zxcasdqwe123 zxcv1234 zxcvasdf zxcvbnm,
  zxcvbnm1 zxcvbnm123 zxczxczxc zzzzzzzz
`
    .trim()
    .split(/\s+/),
);
