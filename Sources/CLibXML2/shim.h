// Debian's libxml2 is built with ICU, and <libxml/encoding.h> then includes ICU's headers. Foundation brings an ICU of another version, and
// the two can't be loaded side by side. Nothing here looks into a converter, so ICU's part of that header is left out.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/encoding.h>
#include <libxml/parser.h>
#include <libxml/xmlreader.h>
