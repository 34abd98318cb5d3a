Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

function Copy-StagedModule {
    <#
    .SYNOPSIS
    Copies the module under test, as somebody installs it; gives the manifest's path.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Destination,
        [switch] $WithoutLibrary
    )
    $staged = Split-Path -Path $env:COSMI_MODULE -Parent
    foreach ($file in [System.IO.Directory]::GetFiles($staged, '*', [System.IO.SearchOption]::AllDirectories)) {
        $name = $file.Substring($staged.Length).TrimStart('\', '/')
        if ($WithoutLibrary -and $name -match '^runtimes') {
            continue
        }
        $copy = [System.IO.Path]::Combine($Destination, $name)
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($copy))
        [System.IO.File]::Copy($file, $copy)
    }
    [System.IO.Path]::Combine($Destination, 'Cosmi.psd1')
}

function Set-ModuleVersion {
    <#
    .SYNOPSIS
    Makes another release of a copied module: its manifest and, unless half of the files were not replaced, its assemblies.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Manifest,
        [Parameter(Mandatory = $true)] [version] $From,
        [Parameter(Mandatory = $true)] [version] $To,
        [switch] $ManifestOnly
    )
    $text = [System.IO.File]::ReadAllText($Manifest)
    $changed = [regex]::Replace($text, "(ModuleVersion\s+= )'$([regex]::Escape([string] $From))'", "`$1'$To'")
    if ($changed -ceq $text) {
        throw 'the manifest has another version'
    }
    [System.IO.File]::WriteAllText($Manifest, $changed)
    if ($ManifestOnly) {
        return
    }
    # One character is one byte here.
    $latin1 = [System.Text.Encoding]::GetEncoding(28591)
    $version = { param([version] $Value) $latin1.GetString([byte[]] (4, 128, 0, 0, $Value.Major, 0, $Value.Minor, 0, $Value.Build, 0, 0, 0)) }
    $lib = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($Manifest), 'lib')
    foreach ($assembly in [System.IO.Directory]::GetFiles($lib, '*.dll', [System.IO.SearchOption]::AllDirectories)) {
        $bytes = $latin1.GetString([System.IO.File]::ReadAllBytes($assembly))
        # The row of the assembly's own name: the hash algorithm, then the version.
        $other = $bytes.Replace((& $version $From), (& $version $To))
        if ([string]::Equals($other, $bytes, [System.StringComparison]::Ordinal)) {
            throw "no version in $assembly"
        }
        # Each build has an id of its own, by which .NET knows it again.
        $reader = [System.Reflection.PortableExecutable.PEReader]::new([System.IO.File]::OpenRead($assembly))
        $metadata = [System.Reflection.Metadata.PEReaderExtensions]::GetMetadataReader($reader)
        $id = $metadata.GetGuid($metadata.GetModuleDefinition().Mvid)
        $reader.Dispose()
        $other = $other.Replace($latin1.GetString($id.ToByteArray()), $latin1.GetString([guid]::NewGuid().ToByteArray()))
        [System.IO.File]::WriteAllBytes($assembly, $latin1.GetBytes($other))
    }
}

function New-ForeignLibrary {
    <#
    .SYNOPSIS
    Writes the header of a library for some system, which is all that is read of it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [ValidateSet('Linux', 'MacOS')] [string] $System,
        [Parameter(Mandatory = $true)] [int] $Machine
    )
    $bytes = [byte[]]::new(64)
    if ($System -eq 'Linux') {
        ([byte[]] (0x7F, 0x45, 0x4C, 0x46, 2, 1, 1)).CopyTo($bytes, 0)
        [System.BitConverter]::GetBytes([uint16] 3).CopyTo($bytes, 16)
        [System.BitConverter]::GetBytes([uint16] $Machine).CopyTo($bytes, 18)
    }
    else {
        ([byte[]] (0xCF, 0xFA, 0xED, 0xFE)).CopyTo($bytes, 0)
        [System.BitConverter]::GetBytes($Machine).CopyTo($bytes, 4)
    }
    [System.IO.File]::WriteAllBytes($Path, $bytes)
}

function New-WindowsLibrary {
    <#
    .SYNOPSIS
    Writes a whole DLL with one function that returns a number, and if asked one import from another DLL.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [int] $Machine = 0x8664,
        [string] $Function = 'cosmi_abi_version',
        [uint32] $Value = 0x00010000,
        [string] $ImportFrom,
        [string] $Import = 'absent'
    )
    $base = 0x1000
    $file = [byte[]]::new(0x400)
    $put = {
        param([int] $At, $Value)
        $bytes = $Value
        if ($Value -is [string]) {
            $bytes = [System.Text.Encoding]::ASCII.GetBytes($Value)
        }
        elseif ($Value -isnot [byte[]]) {
            $bytes = [System.BitConverter]::GetBytes($Value)
        }
        $bytes.CopyTo($file, $At)
    }
    # Headers: DOS, PE, COFF, optional, one section.
    & $put 0 'MZ'
    & $put 0x3C ([uint32] 0x40)
    & $put 0x40 "PE`0`0"
    & $put 0x44 ([uint16] $Machine)
    & $put 0x46 ([uint16] 1)
    & $put 0x54 ([uint16] 240)
    & $put 0x56 ([uint16] 0x2022)
    & $put 0x58 ([uint16] 0x20B)
    & $put 0x5C ([uint32] 0x200)
    & $put 0x70 ([uint64] 0x180000000)
    & $put 0x78 ([uint32] 0x1000)
    & $put 0x7C ([uint32] 0x200)
    & $put 0x80 ([uint16] 6)
    & $put 0x88 ([uint16] 6)
    & $put 0x90 ([uint32] 0x2000)
    & $put 0x94 ([uint32] 0x200)
    & $put 0x9C ([uint16] 2)
    & $put 0x9E ([uint16] 0x100)
    & $put 0xA0 ([uint64] 0x100000)
    & $put 0xA8 ([uint64] 0x1000)
    & $put 0xB0 ([uint64] 0x100000)
    & $put 0xB8 ([uint64] 0x1000)
    & $put 0xC4 ([uint32] 16)
    & $put 0xC8 ([uint32] ($base + 0x20))
    & $put 0xCC ([uint32] 40)
    if ($ImportFrom) {
        & $put 0xD0 ([uint32] ($base + 0x60))
        & $put 0xD4 ([uint32] 40)
    }
    & $put 0x148 '.text'
    & $put 0x150 ([uint32] 0x200)
    & $put 0x154 ([uint32] $base)
    & $put 0x158 ([uint32] 0x200)
    & $put 0x15C ([uint32] 0x200)
    & $put 0x16C ([uint32] 3758096480)
    # The function: mov eax, value; ret.
    & $put 0x200 ([byte[]] (0xB8, 0, 0, 0, 0, 0xC3))
    & $put 0x201 $Value
    # What it exports.
    & $put 0x22C ([uint32] ($base + 0xC0))
    & $put 0x230 ([uint32] 1)
    & $put 0x234 ([uint32] 1)
    & $put 0x238 ([uint32] 1)
    & $put 0x23C ([uint32] ($base + 0x50))
    & $put 0x240 ([uint32] ($base + 0x54))
    & $put 0x244 ([uint32] ($base + 0x58))
    & $put 0x250 ([uint32] $base)
    & $put 0x254 ([uint32] ($base + 0xD0))
    & $put 0x2C0 'cosmi.dll'
    & $put 0x2D0 $Function
    # What it imports.
    & $put 0x260 ([uint32] ($base + 0x90))
    & $put 0x26C ([uint32] ($base + 0xF0))
    & $put 0x270 ([uint32] ($base + 0xA0))
    & $put 0x290 ([uint64] ($base + 0xB0))
    & $put 0x2A0 ([uint64] ($base + 0xB0))
    & $put 0x2B2 $Import
    if ($ImportFrom) {
        & $put 0x2F0 $ImportFrom
    }
    [System.IO.File]::WriteAllBytes($Path, $file)
}

Export-ModuleMember -Function *-*
