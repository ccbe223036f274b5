"""Which addresses of machines everybody may be sent to."""

import ipaddress

# Azure's own services; addresses that the protocols use themselves (RFC 6890), one of them Oracle's own services.
_OF_CLOUDS = (ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.0.0.0/24"))


def is_public(address: str) -> bool:
    """Whether everybody may be sent there: no address of this machine, this network or a cloud's own services, in
    whatever clothes (RFC 4291, 2.5.5; RFC 6052; RFC 3056; RFC 4380).
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found.is_site_local:
            return False
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not any(found in net for net in _OF_CLOUDS)
    )
