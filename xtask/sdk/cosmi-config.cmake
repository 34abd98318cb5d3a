# find_package(cosmi) gives the targets cosmi::cosmi and cosmi::cosmi_static.
include("${CMAKE_CURRENT_LIST_DIR}/cosmi-targets.cmake")
