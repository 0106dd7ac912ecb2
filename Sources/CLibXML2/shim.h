#include <libxml/encoding.h>
#include <libxml/parser.h>
#include <libxml/xmlreader.h>
