"""The page follows the service."""
import hosts_intel


def test_opens(serve, page):
    serve(hosts_intel.client_46_39)
    page.open()
