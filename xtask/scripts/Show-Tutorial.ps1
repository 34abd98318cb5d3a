<#
.SYNOPSIS
    Runs a script step by step and shows each step, its result and how long it took.
.DESCRIPTION
    A step is a comment of the script and the statements below it. They run in one scope, as in the script itself.
#>
[CmdletBinding()]
param(
    # The manifest of the staged module
    [Parameter(Mandatory)]
    [string] $Module,

    # The script to show
    [Parameter(Mandatory)]
    [string] $Tutorial
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

function Get-Step {
    param([string] $Path)
    $tokens = $null
    $errors = $null
    $script = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $tokens, [ref] $errors)
    if ($errors) {
        throw $errors[0].Message
    }
    $comments = @($tokens | Where-Object { $_.Kind -eq 'Comment' -and $_.Text.StartsWith('# ') })
    $from = if ($script.ParamBlock) { $script.ParamBlock.Extent.EndOffset } else { 0 }
    $step = $null
    foreach ($statement in $script.EndBlock.Statements) {
        $extent = $statement.Extent
        $above = @($comments | Where-Object {
                $_.Extent.StartOffset -ge $from -and $_.Extent.EndOffset -le $extent.StartOffset
            } | ForEach-Object { $_.Text.Substring(2) })
        $from = $extent.EndOffset
        if ($above -or -not $step) {
            if ($step) {
                $step
            }
            $step = [pscustomobject] @{ Title = $above -join ' '; Code = $extent.Text }
        }
        else {
            $step.Code += "`n" + $extent.Text
        }
    }
    $step
}

Import-Module -Name $Module

$number = 0
foreach ($step in @(Get-Step -Path $Tutorial)) {
    $number++
    ''
    "$number. $($step.Title)"
    $step.Code -split '\r?\n' | ForEach-Object { "   > $_" }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    # In this scope, so that the next step sees its variables.
    $result = . ([scriptblock]::Create($step.Code))
    $watch.Stop()
    $shown = ($result | Out-String).Trim("`r", "`n")
    if ($shown) {
        $shown
    }
    '   ({0:N0} ms)' -f $watch.Elapsed.TotalMilliseconds
}
