"""Which words of a path are nobody's name? Those that programmers call pages, interfaces and files, and that scanners try.

Not in it: words that are also a usual first or family name in Latin letters, of Japan or elsewhere (`date`, `grant`, `bill`, `ai`).
"""

_OF_SITES = """
    about access admin administrator all archive archives article articles auth authorize backend banner blog board cache
    calendar callback captcha card cart catalog categories category change changes chat check checkout city client code
    comment comments common complete config configuration confirm contact content contents cookie count create current
    customer customers dashboard data default delete demo desktop detail details development dialog diff disclaimer docs
    document documents done download downloads draft drafts edit editor email embed employee employees en error errors event
    events export exports failure faq favicon favorite favorites feature features feed feedback fields file files filter find
    first folder follow font fonts footer forgot form forms forum frame front gallery group groups guest guests guide header
    help history home homepage icon icons id image images img import imports inbox index info inquiry install invite item
    items ja jobs jp jquery label labels language last latest layout legal library like likes link links list lists live
    locale log login logo logout logs mail manage management manager manifest map maps media member members memo menu message
    messages mobile modal month my name new news newsletter next not note notes notice notices notification notifications old
    online open option options order orders out overview owner owners page pages panel partner password payment pdf people
    permission permissions person persons photo photos plan plans policy popular popup portal post posts preview previous
    pricing print privacy private product products profile profiles project projects public publish query question questions
    queue rank ranking read recent redirect refresh register registration reload remove rename reply report reports request
    requests reset resource resources restore result results review reviews role roles root rss save schedule script scripts
    search section security select send server service services session sessions setting settings setup share shared show sign
    signin signout signup site sitemap sites sort source sources speed staff start state static statistics stats status step
    store stream style styles sub submit subscribe subscription success summary support survey sync system table tables tag
    tags task tasks team teams template templates term terms test tests text theme themes thread threads thumbnail thumbnails
    time timeline title today token tokens tool tools top topic topics total tour trash tutorial type types unsubscribe up
    update updates upload uploads url user username users vendor verify version versions video videos view views web week
    welcome widget widgets wiki work world year
"""
_OF_INTERFACES = """
    action actions ajax analytics android api apis app apple apps assets async autocomplete balancer base batch blob blobs
    body bootstrap bot build bundle cdn cgi chunk collect component components connect consent core csrf css db debug deckgl
    device directory discovery dist echo endpoint fragment framework gateway get git graph graphql grpc handler health healthz
    heartbeat hooks host html http https internal introspect js json jsonp jwks key keys known lib libs liveness main metadata
    method metrics microsoft model models module modules monitor monitoring nonce null oauth object objects oidc openapi
    opensearch origin patch plugin plugins poll precomposed prefetch proxy push put readiness ready rest revoke robots route
    router rpc rum runtime saml schema sdk shell sitemaps socket spec sse sso stcore streamlit swagger touch track tracking
    undefined upstream userinfo v webhook webhooks webmanifest websocket well worker workers ws xhr xml
"""
_OF_SCANNERS = """
    actuator adminer alive apache aspx autodiscover aws azure backup backups bak boaform boot cgibin cisco cms composer
    confluence console controller credentials cron database docker drupal dump ecp elmah env eval evaluation exchange exec
    fckeditor filemanager geoserver gitignore goform hnap htaccess htpasswd ignition includes ini jira joomla laravel ldap
    local magento mysql nacos npmrc owa owncloud php phpinfo phpmyadmin phpunit pma proc production rsa sendgrid sftp smtp solr
    sql src ssh staging stdin stripe svn telerik telescope terraform tmp tomcat txt util utils vpn vscode webdav weblogic webmail
    wlwmanifest wordpress wp wpad xdebug xmlrpc yaml yml zabbix
"""
_OF_ASSEMBLIES = """
    agenda assemblies assembly attendance attendee attendees ballot ballots bills bodies committee committees conference
    conferences constituencies constituency council councillor councillors councils district districts election elections
    extract extraction extractions faction factions governing hearing hearings judgement judgements judges judgments
    jurisdiction legislation legislature mayors meeting meetings membership memberships memorandum minute minutes motion
    motions municipalities municipality ordinance ordinances parliament parliamentary parties party petition petitions
    politician politicians politics prefecture prefectures proposal proposals recording recordings resolution resolutions
    scrape scraper scraping seat seats speaker speakers speech speeches statement statements submitter submitters transcript
    transcripts utterance utterances vote voter voters votes wards
"""
_SMALL = "and by for from in of the with c d p q s u v w"  # one by one, letters would spell anything

ROUTE_WORDS = frozenset(f"{_OF_SITES} {_OF_INTERFACES} {_OF_SCANNERS} {_OF_ASSEMBLIES} {_SMALL}".split())
"""In small letters."""
