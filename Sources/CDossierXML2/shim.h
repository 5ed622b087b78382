// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. libxml2's push parser with callbacks (SAX2); no tree, no network, no catalogues.
#ifndef CDOSSIER_XML2_H
#define CDOSSIER_XML2_H
#include <libxml/xmlversion.h>
// Where libxml2 was built with ICU its headers take in ICU's, whose types Foundation's own ICU defines otherwise: a module that
// sees both may fail to compile. Only converters of encodings, which are not used here, have members of these types.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>

// The magic number of a SAX2 handler is an unsigned macro that not every importer takes.
static inline unsigned int dossier_xml_sax2_magic(void) { return XML_SAX2_MAGIC; }
#endif
