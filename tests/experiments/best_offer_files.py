"""Files in the format of the published best-offer data, for tests."""
import csv
import datetime
import gzip

LISTING_COLUMNS = (
    "anon_item_id anon_title_code anon_product_id anon_leaf_categ_id anon_slr_id anon_buyer_id "
    "auct_start_dt fdbk_score_start fdbk_pstv_start auct_end_dt start_price_usd photo_count "
    "to_lst_cnt bo_lst_cnt count1 ref_price1 count2 ref_price2 count3 ref_price3 item_cndtn_id "
    "view_item_count wtchr_count meta_categ_id item_price bo_ck_yn ship_time_slowest "
    "ship_time_fastest ship_time_chosen decline_price accept_price bin_rev lstg_gen_type_id "
    "store ref_price4 count4 slr_us buyer_us").split()
OFFER_COLUMNS = (
    "anon_item_id anon_thread_id anon_byr_id anon_slr_id src_cre_dt fdbk_score_src fdbk_pstv_src "
    "offr_type_id status_id offr_price src_cre_date response_time slr_hist byr_hist any_mssg "
    "byr_us").split()

START = datetime.datetime(2012, 7, 2)  # of all listings, a Monday


def moment(hours):
    """A time as the files write it, so many hours after the listings' start."""
    at = START + datetime.timedelta(seconds=round(3600 * hours))
    return at.strftime("%d%b%Y %H:%M:%S").lower()


def day(number):
    return (START + datetime.timedelta(days=number)).strftime("%d%b%Y").lower()


def listing(item, price=100, **other):
    """A listing of a title and a seller of its own, unsold after 30 days."""
    row = dict.fromkeys(LISTING_COLUMNS, "")
    row.update(anon_item_id=item, anon_title_code=item + 1000000, anon_product_id=547957,
               anon_leaf_categ_id=63861, anon_slr_id=item + 2000000, auct_start_dt=day(0),
               fdbk_score_start=120, fdbk_pstv_start=99.5, auct_end_dt=day(30),
               start_price_usd=price, photo_count=4, to_lst_cnt=10, bo_lst_cnt=5,
               item_cndtn_id=3000, meta_categ_id=11450, bin_rev=0, slr_us=1)
    row.update(other)
    return row


def sold(price, buyer, on=1, by_offer=True):
    """The fields of a listing that was sold."""
    return dict(anon_buyer_id=buyer, item_price=price, bo_ck_yn=int(by_offer),
                auct_end_dt=day(on), buyer_us=1)


def offer(item, buyer, kind, status, price, at, answered=None, **other):
    """An offer at hour `at`, answered at hour `answered`."""
    row = dict.fromkeys(OFFER_COLUMNS, "")
    row.update(anon_item_id=item, anon_thread_id=item * 100 + buyer, anon_byr_id=buyer,
               anon_slr_id=item + 2000000, src_cre_dt=moment(at)[:9], fdbk_score_src=7,
               fdbk_pstv_src=100, offr_type_id=kind, status_id=status, offr_price=price,
               src_cre_date=moment(at), slr_hist=50, byr_hist=3, byr_us=1,
               response_time="" if answered is None else moment(answered))
    row.update(other)
    return row


def write(path, columns, rows):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "wt", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
