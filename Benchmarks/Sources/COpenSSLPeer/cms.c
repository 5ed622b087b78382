// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.
#include "peer.h"
#include "../CLibcrypto/shim.h"

#include <stdlib.h>
#include <string.h>

struct peer_cms {
    EVP_PKEY *key;
    X509 *certificate;
    STACK_OF(X509) *chain;
    X509_STORE *store;
};

static X509 *certificate_from(peer_bytes bytes, size_t count) {
    const unsigned char *position = bytes;
    return d2i_X509(NULL, &position, (long)count);
}

peer_cms *peer_cms_new(
    const char *key, peer_bytes certificate, size_t certificateCount, peer_bytes issuer, size_t issuerCount,
    peer_bytes root, size_t rootCount, int64_t time) {
    peer_cms *cms = calloc(1, sizeof(peer_cms));
    if (cms == NULL) return NULL;
    BIO *text = BIO_new_mem_buf(key, (int)strlen(key));
    cms->key = PEM_read_bio_PrivateKey(text, NULL, NULL, NULL);
    BIO_free(text);
    cms->certificate = certificate_from(certificate, certificateCount);
    cms->chain = sk_X509_new_null();
    cms->store = X509_STORE_new();
    X509 *above = certificate_from(issuer, issuerCount), *anchor = certificate_from(root, rootCount);
    int good = cms->key != NULL && cms->certificate != NULL && above != NULL && anchor != NULL &&
               sk_X509_push(cms->chain, above) > 0 && X509_STORE_add_cert(cms->store, anchor) == 1;
    X509_free(anchor);
    X509_VERIFY_PARAM *parameters = X509_STORE_get0_param(cms->store);
    X509_VERIFY_PARAM_set_time(parameters, (time_t)time);
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    if (!good) {
        peer_cms_free(cms);
        return NULL;
    }
    return cms;
}

int peer_cms_add_list(peer_cms *cms, peer_bytes bytes, size_t count) {
    const unsigned char *position = bytes;
    X509_CRL *list = d2i_X509_CRL(NULL, &position, (long)count);
    int added = list != NULL && X509_STORE_add_crl(cms->store, list) == 1;
    X509_CRL_free(list);
    return added;
}

void peer_cms_free(peer_cms *cms) {
    if (cms == NULL) return;
    EVP_PKEY_free(cms->key);
    X509_free(cms->certificate);
    sk_X509_pop_free(cms->chain, X509_free);
    X509_STORE_free(cms->store);
    free(cms);
}

int peer_cms_sign(const peer_cms *cms, peer_bytes content, size_t count) {
    BIO *input = BIO_new_mem_buf(content, (int)count);
    CMS_ContentInfo *made = CMS_sign(
        cms->certificate, cms->key, cms->chain, input, CMS_DETACHED | CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP);
    unsigned char *encoded = NULL;
    int length = made == NULL ? 0 : i2d_CMS_ContentInfo(made, &encoded);
    OPENSSL_free(encoded);
    CMS_ContentInfo_free(made);
    BIO_free(input);
    return length > 0;
}

int peer_cms_verify(const peer_cms *cms, peer_bytes signature, size_t signatureCount, peer_bytes content, size_t count) {
    const unsigned char *position = signature;
    CMS_ContentInfo *read = d2i_CMS_ContentInfo(NULL, &position, (long)signatureCount);
    BIO *input = BIO_new_mem_buf(content, (int)count);
    int good = read != NULL && CMS_verify(read, NULL, cms->store, input, NULL, CMS_BINARY | CMS_CADES) == 1;
    BIO_free(input);
    CMS_ContentInfo_free(read);
    return good;
}
