<#
.SYNOPSIS
    Compiles the module's assemblies with nothing but PowerShell.
.DESCRIPTION
    For machines without a .NET SDK, and for trying only: the assemblies fit the PowerShell that compiled them.
    Not run with the SDK's analysers, not checked against the API of Windows PowerShell 5.1.
#>
[CmdletBinding()]
param(
    # The folder of the C# projects
    [Parameter(Mandatory)]
    [string] $Source,

    # The folder lib of the staged module
    [Parameter(Mandatory)]
    [string] $Destination
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

if ($PSVersionTable.PSVersion.Major -lt 7) {
    # Windows PowerShell compiles C# 5, and the sources are newer.
    throw 'Windows PowerShell cannot compile the module; PowerShell 7 or the .NET SDK can.'
}

$folder = Join-Path -Path $Destination -ChildPath 'Core'
$null = New-Item -Path $folder -ItemType Directory -Force
$built = @()
foreach ($project in 'Cosmi.Interop', 'Cosmi.PowerShell') {
    $assembly = Join-Path -Path $folder -ChildPath "$project.dll"
    $files = Get-ChildItem -Path (Join-Path -Path $Source -ChildPath $project) -Filter '*.cs' -Recurse
    $parameters = @{
        Path            = $files.FullName | Where-Object { $_ -notmatch '[\\/](bin|obj)[\\/]' }
        OutputAssembly  = $assembly
        CompilerOptions = '/nullable:annotations', '/langversion:latest', '/define:NETSTANDARD,NETSTANDARD2_0'
    }
    if ($built) {
        $parameters.ReferencedAssemblies = $built
    }
    Add-Type @parameters
    $built += $assembly
}
